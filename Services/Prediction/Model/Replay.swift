import Contracts
import Foundation

/// One enrollment at one checkpoint: what was known by the end of that day, and what came of it.
public struct Checkpoint: Sendable {
    /// Number of the learner in the run.
    public let learner: Int
    /// Relative to the first day of the run.
    public let day: Int
    public let vector: FeatureVector
    /// Whether the learner was active in the 14 days up to this one.
    public let wasActive: Bool
    /// Whether the learner was silent, or withdrew, in the 14 days after this one; `nil` where that cannot
    /// be known.
    public let wasSilentAfter: Bool?

    /// Drop-off: active, then silent or withdrawn; `nil` where it cannot be known, or for those who were
    /// silent already.
    public var label: Bool? { wasActive ? wasSilentAfter : nil }
}

/// Tells a course run's facts day by day to the code that the service runs, and stops at checkpoints to look.
public struct Replay {
    private let run: TrainingRun
    private var states: [EnrollmentState]
    private var next = 0
    private var asOf = EpochDay(0)

    public init(_ run: TrainingRun) {
        self.run = run
        states = [EnrollmentState](repeating: EnrollmentState(), count: run.learners.count)
    }

    /// The checkpoints of every `step`-th day, from day 0 to two weeks before the end, and no later than
    /// events are known.
    ///
    /// Each learner who is enrolled on that day has one, ordered by day, then by number.
    /// - Parameter choose: Which learners are wanted; all others are peers alone.
    public static func checkpoints(
        of run: TrainingRun, every step: Int, choose: (String) -> Bool = { _ in true }
    ) -> [Checkpoint] {
        var replay = Replay(run)
        let outcome = Outcome(run)
        let chosen = run.learners.map(choose)
        var all: [Checkpoint] = []
        for day in stride(from: 0, through: min(run.lengthDays - 14, run.lastKnownDay), by: step) {
            replay.advance(to: day)
            for (learner, vector) in replay.vectors() where chosen[learner] {
                all.append(
                    Checkpoint(
                        learner: learner, day: day, vector: vector,
                        wasActive: outcome.wasActive(learner, on: day),
                        wasSilentAfter: outcome.wasSilent(learner, after: day)))
            }
        }
        return all
    }

    /// Tells all facts up to and including `day`.
    mutating func advance(to day: Int) {
        while next < run.facts.count, run.facts[next].day <= day {
            let dated = run.facts[next]
            switch dated.fact {
            case .event(let event): states[dated.learner].apply(event)
            case .enrollment(let change): states[dated.learner].apply(change)
            }
            next += 1
        }
        asOf = run.plan.startsOn + day
    }

    /// The indicators of all who are enrolled, compared with each other.
    func vectors() -> [(learner: Int, vector: FeatureVector)] {
        let enrolled = states.indices.filter { states[$0].isEnrolled }
        let alone = enrolled.map { Features.vector(of: states[$0], plan: run.plan, cohort: nil, asOf: asOf) }
        let cohort = CohortSummary(alone)
        return zip(enrolled, alone).map { learner, vector in
            var compared = vector
            Features.addPeers(to: &compared, PeerMetrics(vector), cohort)
            return (learner, compared)
        }
    }
}

/// What learners did before and after a day: where labels come from. Only viewing counts, as the data set's
/// task has it.
struct Outcome {
    private let viewDays: [[Int]]
    private let withdrawnOn: [Int?]
    private let lastKnownDay: Int

    init(_ run: TrainingRun) {
        var views = [[Int]](repeating: [], count: run.learners.count)
        var withdrawn = [Int?](repeating: nil, count: run.learners.count)
        for dated in run.facts {
            switch dated.fact {
            case .event(let event) where event.verb == .viewed: views[dated.learner].append(dated.day)
            case .enrollment(let change) where change.status == .withdrawn:
                withdrawn[dated.learner] = dated.day
            default: continue
            }
        }
        viewDays = views
        withdrawnOn = withdrawn
        lastKnownDay = run.lastKnownDay
    }

    func wasActive(_ learner: Int, on day: Int) -> Bool {
        let upTo = viewDays[learner].partitionPoint { $0 <= day }
        return upTo > 0 && viewDays[learner][upTo - 1] > day - RiskScore.horizonDays
    }

    func wasSilent(_ learner: Int, after day: Int) -> Bool? {
        let end = day + RiskScore.horizonDays
        guard end <= lastKnownDay else { return nil }
        if let left = withdrawnOn[learner], day < left, left <= end { return true }
        let upTo = viewDays[learner].partitionPoint { $0 <= day }
        return upTo == viewDays[learner].count || viewDays[learner][upTo] > end
    }
}
