import Contracts
import Foundation

/// Where one learner stands in a run: the plan as it is now, held against what the learner did. So a changed plan
/// counts from the moment at which it is declared, for everything that was done before too.
struct ProgressReport {
    let learner: LearnerID
    let courseRun: CourseRunID
    /// `nil` for a run that nobody declared.
    let definition: CourseRunDefinition?
    let records: [ActivityID: ActivityRecord]
    let peers: CoursePeers
    let status: EnrollmentStatus
    let now: Date

    private struct Standing {
        let step: CourseStep
        let record: ActivityRecord?
        let state: ActivityState
        let doneAt: Date?

        var isDone: Bool { state == .done }
        var isRequired: Bool { !step.isOptional }
        func isDue(at now: Date) -> Bool { step.dueAt.map { $0 <= now } ?? false }
    }

    func progress() -> LearnerProgress {
        let (basis, steps) = CourseStep.all(definition, peers)
        let standings = steps.map(standing)
        let required = standings.filter(\.isRequired)
        let counts = ProgressCounts(required.map(\.state))
        let pace = pace(required, basis)
        let completion = completion(required)
        let done = Set(standings.filter(\.isDone).map(\.step.activity))
        let activities = standings.map { activity($0, done: done) }
        return LearnerProgress(
            learner: learner, courseRun: courseRun, basis: basis, required: counts,
            optional: ProgressCounts(standings.filter { !$0.isRequired }.map(\.state)), score: score(standings),
            pace: pace, completion: completion, modules: modules(standings), activities: activities,
            next: next(activities), skills: skills(standings),
            words: ProgressWords.sentence(counts, basis, pace, completion))
    }

    private func standing(_ step: CourseStep) -> Standing {
        let record = records[step.activity]
        let state = step.state(record, peers)
        return Standing(
            step: step, record: record, state: state,
            doneAt: state == .done ? record?.reached(step.depthWanted(peers)) : nil)
    }

    // MARK: Pace

    private func pace(_ required: [Standing], _ basis: ProgressBasis) -> Pace {
        let percentile = peers.begun.percentile(of: records.count)
        let due = required.filter { $0.isDue(at: now) }
        if required.contains(where: { $0.step.dueAt != nil }) {
            let late = due.filter { !$0.isDone }
            let early = required.count { $0.isDone && !$0.isDue(at: now) }
            let oldest = late.compactMap(\.step.dueAt).min()
            return Pace(
                state: late.isEmpty ? (early > 0 ? .ahead : .onPace) : .behind, expectedDone: due.count,
                behind: late.count, daysBehind: oldest.map { now.timeIntervalSince($0) / UTCDay.seconds },
                peerPercentile: percentile)
        }
        guard peers.learners >= TrackingLimits.peersMin else {
            return Pace(state: .unknown, expectedDone: 0, behind: 0, peerPercentile: percentile)
        }
        return pace(required, percentile: percentile)
    }

    /// Without dates: what half of the run's learners have done is what somebody on pace has done.
    private func pace(_ required: [Standing], percentile: Double?) -> Pace {
        let expected = required.filter { ($0.step.shareDone(peers) ?? 0) >= 0.5 }
        let behind = expected.count { !$0.isDone }
        let done = required.count(where: \.isDone)
        let state: Pace.State = done > expected.count ? .ahead : done < expected.count ? .behind : .onPace
        return Pace(state: state, expectedDone: expected.count, behind: behind, peerPercentile: percentile)
    }

    // MARK: Completion

    private func completion(_ required: [Standing]) -> CompletionForecast {
        guard !required.isEmpty else {
            return CompletionForecast(state: .abstained, reason: "nothing is known that must be done")
        }
        if required.allSatisfy(\.isDone) || status == .completed { return CompletionForecast(state: .completed) }
        guard status != .withdrawn else {
            return CompletionForecast(state: .abstained, reason: "the learner has withdrawn")
        }
        let days = StudyDays(definition)
        guard let first = records.values.map(\.firstAt).min() else {
            return CompletionForecast(state: .abstained, reason: "the learner has not begun")
        }
        var doneByDay: [Int: Int] = [:]
        for doneAt in required.compactMap(\.doneAt) { doneByDay[days.number(of: doneAt), default: 0] += 1 }
        return PaceForecast(
            doneByDay: doneByDay, left: required.count { !$0.isDone }, firstDay: days.number(of: first),
            days: days, now: now
        ).completion()
    }

    // MARK: Parts

    private func activity(_ standing: Standing, done: Set<ActivityID>) -> ActivityProgress {
        let (step, record) = (standing.step, standing.record)
        return ActivityProgress(
            activity: step.activity, title: step.title, kind: step.kind, module: step.module,
            state: standing.state, isOptional: step.isOptional,
            missing: step.prerequisites.filter { !done.contains($0) }, dueAt: step.dueAt,
            isOverdue: standing.isDue(at: now) && !standing.isDone, firstAt: record?.firstAt,
            lastAt: record?.lastAt, doneAt: standing.doneAt, attempts: record?.attempts ?? 0,
            score: record?.score, bestScore: record?.bestScore, peersDone: step.shareDone(peers),
            skills: step.skills)
    }

    /// By due date, those without one last; within one date in the order of the plan.
    private func next(_ activities: [ActivityProgress]) -> [ActivityID] {
        let open = activities.filter { !$0.isOptional && $0.state != .done && $0.missing.isEmpty }
        return open.enumerated().map { (dueAt: $1.dueAt ?? .distantFuture, place: $0, activity: $1.activity) }
            .sorted { ($0.dueAt, $0.place) < ($1.dueAt, $1.place) }
            .prefix(TrackingLimits.nextActivitiesMax).map(\.activity)
    }

    private func modules(_ standings: [Standing]) -> [ModuleProgress] {
        (definition?.modules ?? []).map { module in
            let inside = standings.filter { $0.step.module == module.id }
            return ModuleProgress(
                module: module.id, title: module.title,
                required: ProgressCounts(inside.filter(\.isRequired).map(\.state)), score: score(inside))
        }
    }

    private func score(_ standings: [Standing]) -> Double? {
        let scored = standings.compactMap { standing in
            standing.record?.score.map { (score: $0, weight: standing.step.weight) }
        }
        guard !scored.isEmpty else { return nil }
        let isWeighted = scored.contains { ($0.weight ?? 0) > 0 }
        let weights = scored.map { isWeighted ? $0.weight ?? 0 : 1 }
        return zip(scored, weights).reduce(0) { $0 + $1.0.score * $1.1 } / weights.reduce(0, +)
    }

    private func skills(_ standings: [Standing]) -> [SkillProgress] {
        var skills: [SkillID: SkillProgress] = [:]
        for standing in standings {
            for skill in Set(standing.step.skills) {
                var progress = skills[skill] ?? SkillProgress(skill: skill, total: 0, touched: 0, done: 0)
                progress.total += 1
                progress.touched += standing.state == .notStarted ? 0 : 1
                progress.done += standing.isDone ? 1 : 0
                skills[skill] = progress
            }
        }
        return skills.values.sorted { $0.skill < $1.skill }
    }
}

/// What a person would want to hear first.
enum ProgressWords {
    static func sentence(
        _ required: ProgressCounts, _ basis: ProgressBasis, _ pace: Pace, _ completion: CompletionForecast
    ) -> String {
        guard required.total > 0 else { return "Nothing is known of what there is to do." }
        let scope = basis == .plan ? "" : " that most of the others deal with"
        let done = "\(required.done) of \(InsightWords.counted(required.total, "activity", "activities"))\(scope) done"
        return ([done] + [behind(pace), date(completion)].compactMap(\.self)).joined(separator: "; ") + "."
    }

    private static func behind(_ pace: Pace) -> String? {
        switch pace.state {
        case .ahead: return "ahead"
        case .onPace: return "on pace"
        case .unknown: return nil
        case .behind:
            let what = "\(InsightWords.counted(pace.behind, "activity", "activities")) behind"
            guard let days = pace.daysBehind else { return what + " half of the learners" }
            return what + ", the oldest due \(InsightWords.days(Int(days))) ago"
        }
    }

    private static func date(_ completion: CompletionForecast) -> String? {
        switch completion.state {
        case .completed: return "complete"
        case .abstained: return completion.reason.map { "no date, because \($0)" }
        case .projected:
            guard let at = completion.at else { return nil }
            let earliest = completion.earliest.map(InsightWords.day) ?? InsightWords.day(at)
            let latest = completion.latest.map { "and \(InsightWords.day($0))" } ?? "and a day years ahead"
            return "complete around \(InsightWords.day(at)), most likely between \(earliest) \(latest)"
        }
    }
}
