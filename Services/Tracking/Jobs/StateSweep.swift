import EventLog
import Foundation
import Logging
import Runtime
import ServiceLifecycle

/// Lets time pass for learners who do nothing: active becomes slipping becomes dormant, the first week ends. Before
/// that it asks whether their sources still speak: what a source did not say, a learner may well have done.
///
/// Any number of replicas may sweep: each enrollment is locked by one of them, and is due no more
/// afterwards. It also forgets minutes of the live chart that nobody sees any more.
struct StateSweep: Service {
    let store: SweepStore
    let sources: SourceStore
    let relay: LogRelay
    let clock: any ServiceClock
    let logger: Logger
    let metrics: SourceMetrics
    /// Real time between two looks; domain time may run faster.
    var interval: Duration = .milliseconds(250)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var looks = 0
            while !Task.isCancelled {
                var reviewed = 0
                do {
                    reviewed = try await sweep()
                    if looks % 240 == 0 {
                        _ = try await store.forgetMinutes(now: clock.now())
                        try await sources.tidy(now: clock.now())
                    }
                } catch is CancellationError {
                    return
                } catch {
                    // What is due stays due; the next look tries again.
                    logger.warning("the sweep of states failed", metadata: ["error": "\(error)"])
                }
                looks += 1
                if reviewed < TrackingLimits.enrollmentsPerSweep, await pause() == .cancelled { return }
            }
        }
    }

    /// One step. Returns how many enrollments were looked at.
    func sweep() async throws -> Int {
        let now = clock.now()
        let silence = try await sources.judge(at: try await store.horizon(now: now, of: SourceProjection.name))
        metrics.openGaps(silence.openGaps)
        let result = try await store.review(
            at: try await store.horizon(now: now), limit: TrackingLimits.enrollmentsPerSweep)
        if silence.said + result.changed > 0 { relay.wake() }
        return result.reviewed
    }

    /// Silences to be judged, and enrollments whose state time has changed already, and nobody has looked.
    @Sendable
    func countDue() async throws -> Int {
        try await sources.countDue(at: clock.now()) + store.countDue(at: clock.now())
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
