import Contracts
import Foundation

/// Something that learners of a run are to do: of the plan, or of what the others do.
struct CourseStep: Sendable, Equatable {
    let activity: ActivityID
    let title: String
    let kind: ActivityKind
    let module: ModuleID?
    let dueAt: Date?
    let isOptional: Bool
    let prerequisites: [ActivityID]
    let skills: [SkillID]
    /// Share of the final mark, where the plan says one.
    let weight: Double?

    /// All steps of a run in their order, and what they come from.
    static func all(
        _ run: CourseRunDefinition?, _ peers: CoursePeers
    ) -> (basis: ProgressBasis, steps: [CourseStep]) {
        let planned = run.map(planned) ?? []
        return planned.isEmpty ? (.peers, peers.common.map(CourseStep.init)) : (.plan, planned)
    }

    /// Activities in the order in which they are declared, then the assessments that are not among them by their
    /// due dates. One that is declared as both is one step, with the assessment's date and weight.
    private static func planned(_ run: CourseRunDefinition) -> [CourseStep] {
        let assessments = Dictionary(
            run.assessments.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let activities = run.activities.map { CourseStep($0, assessment: assessments[$0.id]) }
        let known = Set(activities.map(\.activity))
        return activities
            + run.assessments.filter { !known.contains($0.id) }.sorted { ($0.dueAt, $0.id) < ($1.dueAt, $1.id) }
            .map(CourseStep.init)
    }

    private init(_ planned: PlannedActivity, assessment: PlannedAssessment?) {
        activity = planned.id
        title = planned.title
        kind = planned.kind
        module = planned.module
        dueAt = planned.dueAt ?? assessment?.dueAt
        isOptional = planned.isOptional
        prerequisites = planned.prerequisites
        skills = planned.skills
        weight = assessment?.weight
    }

    private init(_ assessment: PlannedAssessment) {
        activity = assessment.id
        title = assessment.title
        kind = assessment.kind
        module = nil
        dueAt = assessment.dueAt
        isOptional = false
        prerequisites = []
        skills = []
        weight = assessment.weight
    }

    private init(_ common: CoursePeers.Activity) {
        activity = common.activity
        title = common.activity.rawValue
        kind = common.kind
        module = nil
        dueAt = nil
        isOptional = false
        prerequisites = []
        skills = []
        weight = nil
    }

    /// How deep a learner must go for it to count as done: to the end where the platform ever said that somebody got
    /// there, else as deep as its kind lets expect.
    func depthWanted(_ peers: CoursePeers) -> StudyDepth {
        (peers.activities[activity]?.learners(.completed) ?? 0) > 0 ? .completed : kind.depthWanted
    }

    /// Share of the run's learners who have done it; `nil` when they are too few.
    func shareDone(_ peers: CoursePeers) -> Double? { peers.share(activity, depthWanted(peers)) }

    /// How many of the run's learners are how far with it: each in one of the three, or in none.
    func learners(_ peers: CoursePeers) -> GetCourseProgress.Activity {
        let known = peers.activities[activity]
        func reached(_ depth: StudyDepth) -> Int { known?.learners(depth) ?? 0 }
        let wanted = depthWanted(peers)
        let done = reached(wanted)
        let dealt = wanted > .interacted ? reached(.interacted) - done : 0
        return GetCourseProgress.Activity(
            activity: activity, title: title, kind: kind, module: module, isOptional: isOptional, dueAt: dueAt,
            seen: reached(.viewed) - done - dealt, attempted: dealt, done: done)
    }

    /// What a learner has made of it.
    func state(_ record: ActivityRecord?, _ peers: CoursePeers) -> ActivityState {
        guard let record else { return .notStarted }
        if record.reached(depthWanted(peers)) != nil { return .done }
        return record.depth >= .interacted ? .attempted : .seen
    }
}

extension ProgressCounts {
    init(_ states: [ActivityState]) {
        func count(_ wanted: ActivityState) -> Int { states.count { $0 == wanted } }
        self.init(
            total: states.count, done: count(.done), attempted: count(.attempted), seen: count(.seen),
            notStarted: count(.notStarted))
    }
}
