import Foundation

@testable import EventLog

/// The worker processes of a campaign: started anew when they die, woken when they froze.
actor Crew {
    private let campaign: Campaign
    private let world: LogWorld
    private var workers: [Worker] = []
    private var waiting: [Worker.ExactFault]
    private var random: Seeded
    private var started = 0
    private var faults: [String: Int] = [:]
    private var crashes: [String] = []

    init(campaign: Campaign, world: LogWorld) {
        self.campaign = campaign
        self.world = world
        waiting = campaign.exact
        random = Seeded(campaign.seed)
    }

    func start() throws {
        for _ in 0..<campaign.relays { workers.append(try make(.relay)) }
        for _ in 0..<campaign.consumers { workers.append(try make(.consumer)) }
    }

    /// Looks after the workers until cancelled.
    func keepWorking() async {
        while await rest(.milliseconds(30)) {
            do {
                try look()
            } catch {
                crashes.append("a worker could not be started: \(error)")
            }
        }
    }

    /// Every exact fault happened, and the last frozen worker had time to do harm.
    var isSpent: Bool { waiting.isEmpty && workers.allSatisfy { $0.fault == nil || $0.isSpent } }
    var tally: ([String: Int], [String]) { (faults, crashes) }

    func count(_ name: String) { faults[name, default: 0] += 1 }

    /// Sends a signal to one of the workers of a role.
    func signal(_ role: Worker.Role, _ number: Int32) {
        workers.filter { $0.role == role }.randomElement(using: &random)?.signal(number)
    }

    /// Ends the hurting: whoever is frozen goes on, whoever is dead is replaced.
    func calm() throws {
        for worker in workers { worker.signal(SIGCONT) }
        try look()
    }

    func end() async throws {
        for worker in workers { try await worker.end() }
    }

    private func look() throws {
        for (index, worker) in workers.enumerated() {
            worker.thaw(after: campaign.freeze)
            if let fault = worker.newlyFired() { count(fault.description) }
            // A worker whose fault is behind it makes way for one that brings the next.
            if worker.isSpent, waiting.contains(where: { $0.step.role == worker.role }) {
                worker.signal(SIGKILL)
            }
            guard !worker.isRunning else { continue }
            // A request to end may come before the process has learnt to take it; then the signal itself ends it.
            if worker.endedBy != SIGKILL, worker.endedBy != SIGTERM, !worker.endedWell {
                crashes.append("\(worker.role) \(worker.ending)")
            }
            // Killed before it came to its fault: another brings it.
            if let fault = worker.fault, !worker.hasFired { waiting.append(fault) }
            workers[index] = try make(worker.role)
        }
    }

    private func make(_ role: Worker.Role) throws -> Worker {
        started += 1
        let next = waiting.firstIndex { $0.step.role == role }
        return try Worker(
            role, in: world, name: "\(role.rawValue)-\(started)", lease: campaign.lease,
            streamEntriesMax: campaign.streamEntriesMax, isFenced: campaign.isFenced,
            fault: next.map { waiting.remove(at: $0) })
    }
}

extension LogStep {
    var role: Worker.Role {
        switch self {
        case .relayRead, .relayAppended: .relay
        case .consumerRead, .fenced, .effected, .committed, .positionsRead, .positionsPublished: .consumer
        }
    }
}
