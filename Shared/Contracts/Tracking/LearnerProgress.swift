import Foundation

/// How far one learner is in one course run: the whole, its modules and its activities.
public struct LearnerProgress: Codable, Sendable, Equatable {
    public var learner: LearnerID
    public var courseRun: CourseRunID
    /// What the counts are held against.
    public var basis: ProgressBasis
    /// All that must be done. Optional activities are not in it.
    public var required: ProgressCounts
    /// Optional activities.
    public var optional: ProgressCounts
    /// Mean of the newest scores, each by its planned weight, or all alike where no weight is known. 0...1; `nil`
    /// while there is none.
    public var score: Double?
    public var pace: Pace
    public var completion: CompletionForecast
    /// In the order of the plan; empty where no plan has modules.
    public var modules: [ModuleProgress]
    /// In the order of the plan, or of the peers where there is none.
    public var activities: [ActivityProgress]
    /// Required activities that are not done, whose prerequisites are, soonest due first. At most 5.
    public var next: [ActivityID]
    /// By name.
    public var skills: [SkillProgress]
    /// Of all of this, what a person would want to hear first.
    public var words: String

    public init(
        learner: LearnerID, courseRun: CourseRunID, basis: ProgressBasis, required: ProgressCounts,
        optional: ProgressCounts, score: Double?, pace: Pace, completion: CompletionForecast,
        modules: [ModuleProgress], activities: [ActivityProgress], next: [ActivityID], skills: [SkillProgress],
        words: String
    ) {
        self.learner = learner
        self.courseRun = courseRun
        self.basis = basis
        self.required = required
        self.optional = optional
        self.score = score
        self.pace = pace
        self.completion = completion
        self.modules = modules
        self.activities = activities
        self.next = next
        self.skills = skills
        self.words = words
    }
}

/// What progress is measured against.
public enum ProgressBasis: String, Choice {
    /// The activities and assessments that the run declares.
    case plan
    /// No plan: what a fair share of the run's other learners deal with, in the order in which they begin it.
    case peers
}

/// Activities by how far the learner is with each. The four add up to ``total``.
public struct ProgressCounts: Codable, Sendable, Equatable {
    public var total: Int
    public var done: Int
    public var attempted: Int
    public var seen: Int
    public var notStarted: Int
    /// `done` of `total`, 0...1; 0 when there is nothing to do.
    public var share: Double

    public init(total: Int, done: Int, attempted: Int, seen: Int, notStarted: Int) {
        self.total = total
        self.done = done
        self.attempted = attempted
        self.seen = seen
        self.notStarted = notStarted
        share = total == 0 ? 0 : Double(done) / Double(total)
    }
}

/// Whether the learner keeps up.
public struct Pace: Codable, Sendable, Equatable {
    public enum State: String, Choice {
        case ahead, onPace, behind
        /// Nothing is due and too few peers are known.
        case unknown
    }

    public var state: State
    /// Required activities that somebody on pace has done by now.
    public var expectedDone: Int
    /// Those of them that the learner has not done.
    public var behind: Int
    /// Days since the oldest of them was due; `nil` without a due date.
    public var daysBehind: Double?
    /// Share of the run's active learners who have begun fewer activities, 0...1; `nil` with fewer than 10 of them.
    public var peerPercentile: Double?

    public init(
        state: State, expectedDone: Int, behind: Int, daysBehind: Double? = nil, peerPercentile: Double? = nil
    ) {
        self.state = state
        self.expectedDone = expectedDone
        self.behind = behind
        self.daysBehind = daysBehind
        self.peerPercentile = peerPercentile
    }
}

/// When all that is required will be done, at the learner's own rate; or why nobody can say.
public struct CompletionForecast: Codable, Sendable, Equatable {
    public enum State: String, Choice {
        /// ``at``, ``earliest`` and ``latest`` say when.
        case projected
        /// Everything required is done.
        case completed
        /// ``reason`` says why there is no date.
        case abstained
    }

    public var state: State
    /// The date that is as likely too early as too late.
    public var at: Date?
    /// Four times of five it is between this one
    public var earliest: Date?
    /// and this one; `nil` when it may be years away.
    public var latest: Date?
    /// Required activities a study day, over the days looked at.
    public var perStudyDay: Double?
    public var reason: String?

    public init(
        state: State, at: Date? = nil, earliest: Date? = nil, latest: Date? = nil, perStudyDay: Double? = nil,
        reason: String? = nil
    ) {
        self.state = state
        self.at = at
        self.earliest = earliest
        self.latest = latest
        self.perStudyDay = perStudyDay
        self.reason = reason
    }
}

/// One module of the plan.
public struct ModuleProgress: Codable, Sendable, Equatable {
    public var module: ModuleID
    public var title: String
    /// Its required activities.
    public var required: ProgressCounts
    /// As ``LearnerProgress/score``.
    public var score: Double?

    public init(module: ModuleID, title: String, required: ProgressCounts, score: Double?) {
        self.module = module
        self.title = title
        self.required = required
        self.score = score
    }
}

/// How far somebody is with one activity.
public enum ActivityState: String, Choice {
    case notStarted
    /// Opened.
    case seen
    /// Dealt with, and not done.
    case attempted
    case done
}

/// One activity and what the learner did with it.
public struct ActivityProgress: Codable, Sendable, Equatable {
    public var activity: ActivityID
    public var title: String
    public var kind: ActivityKind
    public var module: ModuleID?
    public var state: ActivityState
    public var isOptional: Bool
    /// Its prerequisites that are not done.
    public var missing: [ActivityID]
    public var dueAt: Date?
    /// Due, and not done.
    public var isOverdue: Bool
    public var firstAt: Date?
    public var lastAt: Date?
    public var doneAt: Date?
    /// Times that something was handed in or answered.
    public var attempts: Int
    /// The newest, 0...1.
    public var score: Double?
    public var bestScore: Double?
    /// Share of the run's active learners who have done it, 0...1; `nil` with fewer than 10 of them.
    public var peersDone: Double?
    public var skills: [SkillID]

    public init(
        activity: ActivityID, title: String, kind: ActivityKind, module: ModuleID?, state: ActivityState,
        isOptional: Bool, missing: [ActivityID], dueAt: Date?, isOverdue: Bool, firstAt: Date?, lastAt: Date?,
        doneAt: Date?, attempts: Int, score: Double?, bestScore: Double?, peersDone: Double?, skills: [SkillID]
    ) {
        self.activity = activity
        self.title = title
        self.kind = kind
        self.module = module
        self.state = state
        self.isOptional = isOptional
        self.missing = missing
        self.dueAt = dueAt
        self.isOverdue = isOverdue
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.doneAt = doneAt
        self.attempts = attempts
        self.score = score
        self.bestScore = bestScore
        self.peersDone = peersDone
        self.skills = skills
    }
}

/// Activities of one skill. What the learner knows is Prediction's to say; this is what was touched.
public struct SkillProgress: Codable, Sendable, Equatable {
    public var skill: SkillID
    public var total: Int
    public var touched: Int
    public var done: Int

    public init(skill: SkillID, total: Int, touched: Int, done: Int) {
        self.skill = skill
        self.total = total
        self.touched = touched
        self.done = done
    }
}
