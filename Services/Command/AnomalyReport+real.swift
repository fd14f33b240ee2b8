import Contracts
import Foundation
import Prediction
import Tracking

extension AnomalyReport {
    /// Alarms about learners of real runs who stayed: never withdrew, and opened something in each of the last four
    /// weeks that are known. A silence of theirs ended, a shift of theirs was no farewell.
    ///
    /// The data know an event's day and not its hour, so nothing is said about speed and copying.
    static func realRuns(_ folder: URL) throws -> [(name: String, sums: [AnomalyKind: FalseAlarms])] {
        try TrainingData(folder: folder).runs.sorted { $0.key < $1.key }.map { name, run in
            let start = UTCDay.number(of: run.definition.startsAt)
            let days = start - 30...start + run.lastKnownDay
            let learners = run.events.enumerated().map { number, events in
                AnomalyReplay.Learner(id: learner(number), events: events)
            }
            let stayed = Set(learners.filter { hasStayed($0, through: days.upperBound) }.map(\.id))
            var replay = AnomalyReplay(run.definition.id, definition: run.definition, learners: learners, days: days)
            let dated: Set<AnomalyKind> = [.burst, .suddenSilence, .levelShift, .structuralDropOff]
            return (
                "\(name) (\(stayed.count) of \(learners.count) learners)",
                falseAlarms(replay.run(), learners, about: stayed, days: days).filter { dated.contains($0.key) }
            )
        }
    }

    private static func hasStayed(_ learner: AnomalyReplay.Learner, through day: Int) -> Bool {
        guard !learner.events.contains(where: { $0.verb == .unenrolled }) else { return false }
        let active = Set(learner.events.filter(\.verb.isLearnerActivity).map { UTCDay.number(of: $0.occurredAt) })
        return (0..<4).allSatisfy { week in
            active.contains { (day - 7 * week - 6...day - 7 * week).contains($0) }
        }
    }
}
