import Contracts
import Foundation
import Simulator

/// What is needed to go on with a cohort after a stop: not its insides, but what it was made from and what it
/// was told. Playing that again gives the same cohort, to the byte.
struct SimulationState: Codable, Equatable, Sendable {
    static let versionNow = 1

    /// A nudge that reached a learner.
    struct Arrival: Codable, Equatable, Sendable {
        var nudge: NudgeID
        var kind: NudgeKind
        var learner: ExternalLearnerID
        var at: Date
        /// Where the cohort stood.
        var position: Date
        var delayScale: Double
    }

    var version = versionNow
    var seed: UInt64
    var learners: Int
    var weeks: Int
    var course: String
    var startsOn: CivilDay
    /// Everything before this was posted and acknowledged.
    var position: Date
    var arrivals: [Arrival] = []

    /// Makes the cohort again, as it stood when the state was kept.
    func cohort() throws -> Cohort {
        let plan = try CoursePlan(outline: .named(course), startsOn: startsOn, weeks: weeks)
        var cohort = try Cohort(seed: seed, learners: learners, plan: plan)
        for arrival in arrivals {
            _ = cohort.step(to: arrival.position)
            try cohort.receive(arrival)
        }
        _ = cohort.step(to: position)
        return cohort
    }

    // MARK: File

    /// `nil` when there is no such file.
    static func read(_ path: String) throws -> SimulationState? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let state = try JSONCoding.decoder().decode(
                SimulationState.self, from: Data(contentsOf: URL(filePath: path)))
            guard state.version == versionNow else {
                throw GatewayError(
                    "\(path) has version \(state.version); this program reads version \(versionNow)")
            }
            return state
        } catch let error as DecodingError {
            throw GatewayError("\(path) is not the state of a simulation: \(error)")
        }
    }

    /// Writes whole or not at all.
    func write(_ path: String) throws {
        try JSONCoding.encoder().encode(self).write(to: URL(filePath: path), options: .atomic)
    }

    /// What differs from what was asked for; `nil` when it is the same cohort.
    func difference(from settings: SimulationSettings) -> String? {
        if seed != settings.seed { return "seed \(seed), not \(settings.seed)" }
        if learners != settings.learners { return "\(learners) learners, not \(settings.learners)" }
        if weeks != settings.weeks { return "\(weeks) weeks, not \(settings.weeks)" }
        if course != settings.course { return "the course \(course), not \(settings.course)" }
        return nil
    }
}

extension Cohort {
    mutating func receive(_ arrival: SimulationState.Arrival) throws {
        try receive(
            arrival.kind, reference: arrival.nudge.description, learner: arrival.learner, at: arrival.at,
            delayScale: arrival.delayScale)
    }
}
