import Foundation
import Simulator

/// What a simulation did and saw.
struct SimulationSummary: Sendable {
    var title = ""
    var learners = 0
    var days = 0.0
    var steps = 0
    var tally = EventPoster.Tally()
    var atRisk: Int?
    var wallTime = Duration.zero
    var posting = Duration.zero
    var waiting = Duration.zero
    /// True when it was stopped before its end.
    var isIncomplete = false
    var nudges: [LearnerTruth.ReceivedNudge] = []
    var standings: [LearnerTruth.Standing: Int] = [:]

    mutating func take(_ truth: [LearnerTruth]) {
        nudges = truth.flatMap(\.nudges)
        standings = Dictionary(grouping: truth, by: \.standing).mapValues(\.count)
    }

    var eventsPerSecond: Int {
        let events = tally.accepted + tally.duplicate
        return wallTime > .zero ? Int(Double(events) / wallTime.seconds) : 0
    }

    var lines: [String] {
        let state = isIncomplete ? "stopped early" : "done"
        var lines = [
            "\(title): \(state), \(Int(days.rounded())) days of \(learners.grouped) learners in \(wallTime.clockText) "
                + "(\(steps) steps; posting \(posting.clockText), waiting \(waiting.clockText))",
            "events     \(tally.accepted.grouped) accepted, \(tally.duplicate.grouped) known already, "
                + "\(tally.refused.grouped) refused; \(eventsPerSecond.grouped) a second",
        ]
        if let reason = tally.reason { lines.append("           first refusal: \(reason)") }
        let standing = LearnerTruth.Standing.allCases.map { "\((standings[$0] ?? 0).grouped) \($0.rawValue)" }
        lines.append("learners   " + standing.joined(separator: ", ") + " (the truth)")
        if let atRisk { lines.append("at risk    \(atRisk.grouped) in the bands high and critical") }
        let effect = { (effect: LearnerTruth.Effect) in nudges.filter { $0.effect == effect }.count.grouped }
        lines.append(
            "nudges     \(nudges.count.grouped) arrived: \(effect(.returned)) brought somebody back, "
                + "\(effect(.encouraged)) encouraged, \(effect(.pushedAway)) drove away, "
                + "\(effect(.none)) did nothing, \(effect(.unread)) unread")
        lines.append(
            "           \(nudges.filter(\.causedReturn).count.grouped) returns would not have been without one "
                + "(within \(14) days)")
        return lines
    }
}
