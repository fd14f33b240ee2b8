import Foundation
import Logging
import PostgreSQL
import ServiceLifecycle

/// Keeps the table to which the identities of new events go small, whatever is stored: beyond
/// ``TrackingLimits/recentIdentitiesMax`` it settles some of them, round and round in their order.
///
///     new events ─▶ event_identity_recent ──(a few thousand neighbours a step)──▶ event_identity_settled
///
/// It does so while nothing else is pressing; until then the small table grows, which costs speed and nothing else. It
/// takes its time: nearly each identity goes to another page of a large index, so what a burst of events left behind
/// would keep the disk from the commits of the next. Any number of replicas may settle: a lock lets one at a time.
struct IdentitySettling: Service {
    let store: IdentityStore
    let pressure: IngestPressure
    let logger: Logger
    var recentMax = TrackingLimits.recentIdentitiesMax
    var perStep = TrackingLimits.identitiesPerStep
    /// Real time between two looks at how many there are.
    var interval: Duration = .seconds(2)
    /// Real time in which what is beyond the bound is settled.
    var within: Duration = TrackingLimits.settlingTime
    /// Real time between two steps, in which those who wait for the lock get it.
    var rests: ClosedRange<Duration> = .milliseconds(50)...(.seconds(4))

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var place: UUID?
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                    while let excess = try await excess() {
                        place = try await store.settle(after: place, limit: perStep).last
                        try await Task.sleep(for: rest(excess))
                    }
                } catch is CancellationError {
                    return
                } catch let error as DatabaseError where error.isLockTimeout {
                    // Those who take in events come first.
                } catch {
                    logger.warning("identities were not settled", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    /// How many identities are beyond the bound; `nil` for none, and while events press.
    private func excess() async throws -> Int? {
        guard pressure.load().pressure < 1 else { return nil }
        let excess = try await store.recent() - recentMax
        return excess > 0 ? excess : nil
    }

    private func rest(_ excess: Int) -> Duration {
        min(max(within * (Double(perStep) / Double(excess)), rests.lowerBound), rests.upperBound)
    }
}
