import Contracts
import Foundation

/// The one order in which rules are asked whether a candidate becomes a nudge.
///
///     consent ▶ suppression ▶ eligibility ▶ data gap ▶ cooldown ▶ budget ▶ holdout ▶ choose ▶ quiet hours ▶ recheck
///
/// The first rule that does not pass decides; the rules after it are not asked, and the log says so. Every candidate
/// therefore has one verdict a rule. The holdout is asked after all rules that look at the learner's situation and
/// before those that look at the message, so that the learners held out are like those who were nudged.
public struct DecisionPipeline: Sendable {
    public let candidate: NudgeCandidate
    public let situation: LearnerSituation
    public let now: Date

    public init(candidate: NudgeCandidate, situation: LearnerSituation, now: Date) {
        self.candidate = candidate
        self.situation = situation
        self.now = now
    }

    /// What was decided, and when a held candidate is due.
    public struct Outcome: Sendable, Equatable {
        public var decision: NudgeDecision
        /// The end of quiet hours, for ``DecisionOutcome/hold`` alone.
        public var dueAt: Date?
    }

    public func decide() -> Outcome {
        var verdicts: [RuleVerdict] = []
        var outcome = DecisionOutcome.send
        var decidedBy: NudgeRule?
        var dueAt: Date?
        for rule in NudgeRule.allCases {
            guard decidedBy == nil else {
                verdicts.append(RuleVerdict(rule: rule, verdict: .notAsked, words: "decided before"))
                continue
            }
            let finding = ask(rule)
            verdicts.append(RuleVerdict(rule: rule, verdict: finding.verdict, words: finding.words))
            guard finding.verdict != .pass else { continue }
            decidedBy = rule
            dueAt = finding.dueAt
            outcome = rule == .holdout ? .holdout : finding.verdict == .hold ? .hold : .blocked
        }
        let decision = NudgeDecision(
            nudge: candidate.id, learner: candidate.risk.learner, courseRun: candidate.risk.courseRun,
            policy: policy.name, kind: policy.kind, outcome: outcome, decidedBy: decidedBy, verdicts: verdicts,
            decidedAt: now)
        return Outcome(decision: decision, dueAt: dueAt)
    }

    private struct Finding {
        var verdict: Verdict
        var words: String
        var dueAt: Date?

        static func pass(_ words: String) -> Finding { Finding(verdict: .pass, words: words) }
        static func block(_ words: String) -> Finding { Finding(verdict: .block, words: words) }
    }

    private var policy: NudgePolicyDefinition { candidate.policy.definition }

    private func ask(_ rule: NudgeRule) -> Finding {
        switch rule {
        case .consent: consent()
        case .suppression: suppression()
        case .eligibility: eligibility()
        case .dataGap: dataGap()
        case .cooldown: cooldown()
        case .budget: budget()
        case .holdout: holdout()
        case .choose: .pass("\(policy.kind.rawValue): the policy has this kind alone")
        case .quietHours: quietHours()
        case .recheck: recheck()
        }
    }

    private func consent() -> Finding {
        guard let since = situation.unsubscribedAt else { return .pass("not unsubscribed") }
        return .block("unsubscribed \(age(of: since)) ago")
    }

    private func suppression() -> Finding {
        guard let refused = situation.refusedAt, now < refused.addingTimeInterval(NudgingLimits.suppressionLength)
        else { return .pass("no address refused in the last 30 days") }
        return .block("the address was refused \(age(of: refused)) ago")
    }

    private func eligibility() -> Finding {
        if policy.isPaused { return .block("the policy is paused") }
        if candidate.isBackfill { return .block("history that was brought in later never nudges") }
        let scoreAge = now.timeIntervalSince(candidate.risk.scoredAt)
        guard scoreAge <= NudgingLimits.horizon else {
            return .block("the prediction is \(Self.words(scoreAge)) old; more than a day is history")
        }
        guard situation.status == .enrolled else {
            return .block("enrollment is \(situation.status?.rawValue ?? "unknown")")
        }
        if let start = situation.run.startsAt, now < start { return .block("the course run has not started") }
        if let end = situation.run.endsAt, now >= end { return .block("the course run is over") }
        if let last = situation.lastActivityAt, now.timeIntervalSince(last) < NudgingLimits.inactivityMin {
            return .block("active \(age(of: last)) ago; a reminder waits for a day without activity")
        }
        let band = candidate.risk.band?.rawValue ?? "none"
        return .pass("enrolled, and band \(band) is at least \(policy.bandAtLeast.rawValue)")
    }

    /// Tracking knows the rhythm of each source and says when one is silent. Where it says nothing, because a source
    /// is new or too small, the run's own silence is asked.
    private func dataGap() -> Finding {
        if let open = situation.run.gaps.first(where: { $0.closedAt == nil }) {
            return .block(
                "the source \(open.source) has been silent for \(age(of: open.silentSince)): a data gap, "
                    + "nobody knows what its learners did")
        }
        if let closed = situation.run.gaps.first(where: { gap in
            gap.closedAt.map { now < $0.addingTimeInterval(NudgingLimits.gapSettling) } ?? false
        }), let closedAt = closed.closedAt {
            return .block(
                "the source \(closed.source) spoke again \(age(of: closedAt)) ago: what it kept back may still come")
        }
        guard situation.run.learners >= NudgingLimits.learnersToJudgeSilence else {
            return .pass("too few learners to tell a silent source")
        }
        guard let last = situation.run.lastEventAt else { return .block("nothing was ever heard from this course run") }
        let silence = now.timeIntervalSince(last)
        guard silence <= NudgingLimits.sourceSilenceMax else {
            return .block("nobody in the run was heard for \(Self.words(silence)): the source may be silent")
        }
        return .pass("the run was last heard \(age(of: last)) ago")
    }

    private func cooldown() -> Finding {
        guard let last = situation.lastTreatedAt else { return .pass("no nudge in this run before") }
        let cooldown = TimeInterval(policy.cooldownDays) * 86_400
        let words = "last nudge \(age(of: last)) ago, cooldown \(policy.cooldownDays) days"
        return now.timeIntervalSince(last) < cooldown ? .block(words) : .pass(words)
    }

    private func budget() -> Finding {
        guard let most = policy.perLearnerWeekMax else { return .pass("no limit a week") }
        let words = "\(situation.treatedThisWeek) of \(most) nudges in 7 days"
        return situation.treatedThisWeek >= most ? .block(words) : .pass(words)
    }

    /// The same learners are held out for as long as the share stays the same, over all runs of the tenant.
    private func holdout() -> Finding {
        let share = NamedUUID.share("holdout/\(candidate.tenant)/\(policy.name)/\(candidate.risk.learner)")
        guard share < policy.holdoutShare else { return .pass("not in the holdout") }
        return .block("one of the \(Int((policy.holdoutShare * 100).rounded())) % that are held out for comparison")
    }

    private func quietHours() -> Finding {
        let hours = QuietHours(fromHour: policy.quietFromHour, untilHour: policy.quietUntilHour)
        guard let zone = TimeZone(identifier: situation.run.timeZone) else {
            return .block("time zone \(situation.run.timeZone) is not known here")
        }
        let span = "\(policy.quietFromHour) to \(policy.quietUntilHour) h in \(situation.run.timeZone)"
        guard let end = hours.end(after: now, in: zone) else { return .pass("outside quiet hours, \(span)") }
        return Finding(verdict: .hold, words: "quiet hours, \(span)", dueAt: end)
    }

    private func recheck() -> Finding {
        guard let last = situation.lastActivityAt, last > candidate.risk.scoredAt else {
            return .pass("no activity since the prediction")
        }
        return .block("the learner returned \(age(of: last)) ago")
    }

    private func age(of instant: Date) -> String { Self.words(now.timeIntervalSince(instant)) }

    /// `9 days`, `5 hours`, `12 minutes`; never negative.
    static func words(_ seconds: TimeInterval) -> String {
        let (count, unit) =
            seconds >= 2 * 86_400
            ? (Int(seconds / 86_400), "day")
            : seconds >= 3_600 ? (Int(seconds / 3_600), "hour") : (max(0, Int(seconds / 60)), "minute")
        return "\(count) \(unit)\(count == 1 ? "" : "s")"
    }
}
