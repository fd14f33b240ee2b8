import EventLog
import Foundation
import Logging
import Runtime
import ServiceLifecycle

/// Looks for what no event shows: silence, weeks on another level, places at which a whole run stops.
///
/// Any number of replicas may look: each learner and run is locked by one of them, and is due no more afterwards.
struct InsightSweep: Service {
    let store: InsightSweepStore
    let relay: LogRelay
    let clock: any ServiceClock
    let logger: Logger
    /// Real time between two looks; domain time may run faster.
    var interval: Duration = .milliseconds(250)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var isBusy = false
                do {
                    isBusy = try await look()
                } catch is CancellationError {
                    return
                } catch {
                    // What is due stays due; the next look tries again.
                    logger.warning("the sweep of insight failed", metadata: ["error": "\(error)"])
                }
                if !isBusy, await pause() == .cancelled { return }
            }
        }
    }

    /// One step. Returns whether there is more to do at once.
    func look() async throws -> Bool {
        let now = try await store.horizon(now: clock.now())
        let (reviewed, found) = try await store.review(at: now, limit: TrackingLimits.profilesPerSweep)
        let (isSurveyed, structural) = try await store.survey(at: now)
        let ended = try await store.endQuiet(at: now)
        if found + structural + ended > 0 { relay.wake() }
        return isSurveyed || reviewed == TrackingLimits.profilesPerSweep
    }

    /// Learners whom time has made due already, and nobody has looked.
    @Sendable
    func countDue() async throws -> Int {
        try await store.countDue(at: clock.now())
    }

    private enum Pause { case over, cancelled }

    private func pause() async -> Pause {
        do {
            try await Task.sleep(for: interval)
            return .over
        } catch {
            return .cancelled
        }
    }
}
