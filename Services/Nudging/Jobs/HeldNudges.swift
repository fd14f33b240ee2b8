import Contracts
import EventLog
import Foundation
import Logging
import PostgreSQL
import Runtime
import ServiceLifecycle

/// Releases nudges that were held for quiet hours, each after asking every rule again.
struct HeldNudges: Service {
    let database: Database
    let decider: Decider
    let decisions: DecisionStore
    let policies: PolicyStore
    let relay: LogRelay
    let clock: any ServiceClock
    let logger: Logger
    /// Real time between two looks; domain time may run faster.
    var interval: Duration = .milliseconds(250)

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var released = 0
                do {
                    released = try await releaseDue()
                } catch is CancellationError {
                    return
                } catch {
                    // The rows stay held and due; the next look tries again.
                    logger.warning("held nudges could not be released", metadata: ["error": "\(error)"])
                }
                if released < NudgingLimits.releaseBatchMax { try await sleep() }
            }
        }
    }

    /// Decides anew on what is due, in one transaction. Returns how many were looked at.
    func releaseDue() async throws -> Int {
        let now = clock.now()
        let count = try await database.transaction { session in
            let due = try decisions.due(at: now, limit: NudgingLimits.releaseBatchMax, on: session)
            for held in due {
                let known = try policies.policies(of: held.tenant, on: session)
                let policy = known.first { $0.definition.name == held.policy } ?? .standard
                guard
                    let candidate = NudgeCandidate(
                        tenant: held.tenant, risk: held.risk, isBackfill: false, policy: policy)
                else {
                    try decisions.withdraw(held, now: now, on: session)
                    continue
                }
                try decider.release(candidate, now: now, on: session)
            }
            return due.count
        }
        if count > 0 { relay.wake() }
        return count
    }

    /// Held nudges whose time has come.
    func countDue() async throws -> Int {
        let rows = try await database.rows(
            "SELECT count(*) AS due FROM decision WHERE outcome = 'hold' AND due_at <= \(clock.now())")
        return try rows.first?.decode("due", as: Int.self) ?? 0
    }

    private func sleep() async throws {
        do {
            try await Task.sleep(for: interval)
        } catch is CancellationError {
            return
        }
    }
}
