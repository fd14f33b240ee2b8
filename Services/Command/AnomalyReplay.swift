import Contracts
import Foundation
import Tracking

/// A course run day by day, through the very rules that Tracking uses, without any service.
struct AnomalyReplay {
    /// One learner and all that they ever did in the run, oldest first.
    struct Learner {
        let id: LearnerID
        var events: [LearningEventRecorded]
    }

    /// Something that was found, and when.
    struct Alarm {
        let finding: AnomalyFinding
        let at: Date
    }

    let courseRun: CourseRunID
    let definition: CourseRunDefinition?
    /// First and last UTC day.
    let days: ClosedRange<Int>
    /// A day on which only the day of an event is known shows no speed; surveys of hand-ins then see nothing either.
    private var states: [State]
    private var usual: [Int: Double] = [:]
    private var seen: Set<[String]> = []
    private var alarms: [Alarm] = []

    private struct State {
        let learner: Learner
        var next = 0
        var profile: StudyProfile
        var activities: [ActivityID: ActivityRecord] = [:]
        var reviewAt: Date?
        var status = EnrollmentStatus.enrolled
        /// An open shift of level, until which week it was last seen.
        var shiftSeenAt: Date?
    }

    init(
        _ courseRun: CourseRunID, definition: CourseRunDefinition?, learners: [Learner], days: ClosedRange<Int>
    ) {
        self.courseRun = courseRun
        self.definition = definition
        self.days = days
        states = learners.map { learner in
            State(
                learner: learner,
                profile: StudyProfile(
                    key: StudyKey(tenant: .standard, learner: learner.id, courseRun: courseRun)))
        }
    }

    /// Lives all days. Each anomaly is given once.
    ///
    /// - Parameter surveyEvery: Days between two surveys of the run.
    mutating func run(surveyEvery: Int = 7) -> [Alarm] {
        let calendar = StudyDays(definition)
        for day in days {
            let end = UTCDay.start(of: day + 1)
            for place in states.indices { take(place, until: end) }
            if UTCWeek.number(ofDay: day + 1) != UTCWeek.number(ofDay: day) { learnUsual(UTCWeek.number(ofDay: day)) }
            for place in states.indices { review(place, calendar, at: end) }
            if (day - days.lowerBound) % surveyEvery == surveyEvery - 1 { survey(at: end) }
        }
        return alarms
    }

    private mutating func take(_ place: Int, until end: Date) {
        let events = states[place].learner.events
        let first = states[place].next
        var next = first
        while next < events.count, events[next].occurredAt < end { next += 1 }
        guard next > first else { return }
        states[place].next = next
        var trail = StudyTrail(profile: states[place].profile, activities: states[place].activities)
        trail.take(Array(events[first..<next]))
        states[place].profile = trail.profile
        states[place].activities = trail.activities
        if events[first..<next].contains(where: { $0.verb == .unenrolled }) { states[place].status = .withdrawn }
        for finding in LearnerAnomalies.found(in: trail) { raise(finding, at: end) }
        states[place].reviewAt = trail.profile.lastActivityAt.flatMap {
            LearnerAnomalies.reviewAt(trail.profile, days: StudyDays(nil), after: $0)
        }
    }

    private mutating func review(_ place: Int, _ calendar: StudyDays, at now: Date) {
        guard let due = states[place].reviewAt, due <= now else { return }
        let profile = states[place].profile
        states[place].reviewAt = LearnerAnomalies.reviewAt(profile, days: calendar, after: now)
        guard states[place].status == .enrolled else { return }
        for finding in LearnerAnomalies.due(profile, days: calendar, usual: usual, at: now) {
            guard finding.kind == .levelShift else {
                raise(finding, at: now)
                continue
            }
            // One that goes on is said once, as the watch has it.
            let quiet = TrackingLimits.anomalyQuietSeconds(.levelShift) ?? 0
            let goesOn = states[place].shiftSeenAt.map { now.timeIntervalSince($0) <= quiet } ?? false
            states[place].shiftSeenAt = now
            if !goesOn { raise(finding, at: now) }
        }
    }

    private mutating func survey(at now: Date) {
        let peers = peers()
        let active = states.filter { $0.profile.lastActivityAt != nil }
        let learners = active.compactMap { state -> CourseSurvey.Learner? in
            state.profile.lastActivityAt.map { last in
                CourseSurvey.Learner(
                    begun: state.activities.mapValues(\.firstAt), activeDays: state.profile.days.keys.sorted(),
                    lastActivityAt: last, status: state.status)
            }
        }
        let kinds: Set<ActivityKind> = [.quiz, .assignment, .exam]
        let handIns = active.flatMap { state in
            state.activities.values.compactMap { record -> CourseSurvey.HandIn? in
                guard let at = record.submittedAt, record.attempts > 0, kinds.contains(record.kind) else { return nil }
                return CourseSurvey.HandIn(learner: state.learner.id, activity: record.activity, at: at)
            }
        }
        let survey = CourseSurvey(
            definition: definition, peers: peers, learners: learners, handIns: handIns, now: now)
        for finding in survey.findings() { raise(finding, at: now) }
    }

    private func peers() -> CoursePeers {
        var records: [ActivityID: [ActivityRecord]] = [:]
        var begun = Distribution()
        for state in states where !state.activities.isEmpty {
            begun.add(1, in: Distribution.bucket(of: state.activities.count))
            for record in state.activities.values { records[record.activity, default: []].append(record) }
        }
        let activities = records.map { activity, all in
            CoursePeers.Activity(
                activity: activity, kind: all[0].kind,
                reached: StudyDepth.allCases.map { depth in all.count { $0.reached(depth) != nil } },
                begunAt: Date(
                    timeIntervalSince1970: all.reduce(0) { $0 + $1.firstAt.timeIntervalSince1970 } / Double(all.count)))
        }
        return CoursePeers(activities: activities, begun: begun)
    }

    private mutating func learnUsual(_ week: Int) {
        var spread = Distribution()
        for state in states {
            let actions = state.profile.figures(ofWeek: week).actions
            if actions > 0 { spread.add(1, in: Distribution.bucket(of: actions)) }
        }
        usual[week] = spread.median()
    }

    private mutating func raise(_ finding: AnomalyFinding, at now: Date) {
        guard seen.insert(finding.name).inserted else { return }
        alarms.append(Alarm(finding: finding, at: now))
    }
}
