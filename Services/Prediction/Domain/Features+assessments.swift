import Contracts
import Foundation

// Indicators of the work that is handed in. A mark counts from the day on which it became known, never
// before.
extension Features {
    static func addAssessments(
        to vector: inout FeatureVector, _ state: EnrollmentState, _ plan: CoursePlan, _ day: EpochDay,
        _ window: ActivityWindow, _ gaps: GapDays
    ) {
        let origin = origin(of: state, plan)
        let results = Dictionary(uniqueKeysWithValues: state.results.map { ($0.key, $0.asOf(day)) })
        vector[.bankedCount] = Double(results.values.count { $0.bankedOn != nil })
        let due = plan.assessments.filter { deadline in
            // Whether work that was due on a gap day was handed in, nobody knows, unless it or the learner was heard.
            deadline.dueOn <= day && deadline.dueOn >= origin
                && (!gaps.contains(deadline.dueOn) || results[deadline.key]?.isDone == true
                    || state.lastActiveDay(asOf: deadline.dueOn) == deadline.dueOn)
        }
        addDue(to: &vector, due, results, day)
        if let next = plan.assessments.first(where: { $0.dueOn > day }) {
            vector[.daysToDeadline] = Double(next.dueOn - day)
            vector[.nextWeight] = next.weight
            vector[.nextSubmitted] = results[next.key]?.isDone == true ? 1 : 0
        }
        if let newest = results.values.compactMap(\.submittedOn).max() {
            vector[.daysSinceSubmission] = Double(window.span(from: newest) - 1)
        }
        addLateness(to: &vector, plan, results)
        addMarks(to: &vector, results)
    }

    /// What was due, handed in and missed. Deadlines before the learner joined are not theirs.
    private static func addDue(
        to vector: inout FeatureVector, _ due: [CoursePlan.Deadline],
        _ results: [AssessmentKey: AssessmentResult], _ day: EpochDay
    ) {
        vector[.assessmentsDue] = Double(due.count)
        guard let last = due.last else { return }
        let missed = due.filter { results[$0.key]?.isDone != true }
        let weight = due.reduce(0) { $0 + $1.weight }
        vector[.submittedShare] = 1 - Double(missed.count) / Double(due.count)
        vector[.missedCount] = Double(missed.count)
        vector[.missedRun] = Double(due.reversed().prefix { results[$0.key]?.isDone != true }.count)
        vector[.lastMissed] = results[last.key]?.isDone == true ? 0 : 1
        vector[.daysSinceDeadline] = Double(day - last.dueOn)
        let missedWeight = missed.reduce(0) { $0 + $1.weight }
        if weight > 0 { vector[.missedWeightShare] = missedWeight / weight }
        // Work that waits for its mark counts neither way.
        let marked = due.compactMap { deadline in
            results[deadline.key]?.mark.map { (weight: deadline.weight, mark: Double($0)) }
        }
        let judged = missedWeight + marked.reduce(0) { $0 + $1.weight }
        if judged > 0 { vector[.earnedShare] = marked.reduce(0) { $0 + $1.weight * $1.mark } / judged }
    }

    private static func addLateness(
        to vector: inout FeatureVector, _ plan: CoursePlan, _ results: [AssessmentKey: AssessmentResult]
    ) {
        let handedIn = plan.assessments.compactMap { deadline in
            results[deadline.key]?.submittedOn.map { (on: $0, late: Double($0 - deadline.dueOn)) }
        }
        guard let last = handedIn.max(by: { ($0.on, $0.late) < ($1.on, $1.late) }) else { return }
        vector[.latenessMean] = handedIn.reduce(0) { $0 + $1.late } / Double(handedIn.count)
        vector[.latenessLast] = last.late
    }

    private static func addMarks(to vector: inout FeatureVector, _ results: [AssessmentKey: AssessmentResult])
    {
        let marks =
            results.values
            .compactMap { result in
                result.markedOn.flatMap { on in result.mark.map { (on, result.key, Double($0)) } }
            }
            .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
            .map(\.2)
        guard let last = marks.last else { return }
        let earlier = marks.dropLast()
        vector[.markMean] = marks.reduce(0, +) / Double(marks.count)
        vector[.markLast] = last
        vector[.markLeast] = marks.min() ?? last
        if !earlier.isEmpty { vector[.markChange] = last - earlier.reduce(0, +) / Double(earlier.count) }
    }
}

extension AssessmentResult {
    /// Whether nothing is left to hand in.
    var isDone: Bool { submittedOn != nil || bankedOn != nil }

    /// The same result with what was not known yet on `day` taken away.
    func asOf(_ day: EpochDay) -> AssessmentResult {
        var known = AssessmentResult(key: key)
        if let submittedOn, submittedOn <= day { known.submittedOn = submittedOn }
        if let bankedOn, bankedOn <= day { known.bankedOn = bankedOn }
        if let markedOn, markedOn <= day {
            known.markedOn = markedOn
            known.mark = mark
        }
        return known
    }
}
