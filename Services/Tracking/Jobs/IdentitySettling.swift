import Foundation
import Logging
import PostgreSQL
import ServiceLifecycle

/// Keeps the table to which the identities of new events go small, whatever is stored: beyond
/// ``TrackingLimits/recentIdentitiesMax`` it settles some of them, round and round in their order.
///
///     new events ─▶ event_identity_recent ──(a few thousand neighbours a step)──▶ event_identity_settled
///
/// It does so while nothing else is pressing; until then the small table grows, which costs speed and nothing else. Any
/// number of replicas may settle: a lock lets one of them at a time.
struct IdentitySettling: Service {
    let store: IdentityStore
    let pressure: IngestPressure
    let logger: Logger
    var recentMax = TrackingLimits.recentIdentitiesMax
    var perStep = TrackingLimits.identitiesPerStep
    /// Real time between two looks at how many there are.
    var interval: Duration = .seconds(2)
    /// Real time between two steps, in which those who wait for the lock get it.
    var rest: Duration = .milliseconds(50)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var place: UUID?
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                    while try await isDue() {
                        place = try await store.settle(after: place, limit: perStep).last
                        try await Task.sleep(for: rest)
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

    private func isDue() async throws -> Bool {
        guard pressure.load().pressure < 1 else { return false }
        return try await store.recent() > recentMax
    }
}
