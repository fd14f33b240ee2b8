import Contracts
import Foundation

/// A day's work: whether there is any, how much, when and on what.
extension LearnerLife {
    /// Studies today, or does not.
    mutating func study(on day: Int, in world: World) -> Bool {
        var source = world.randomness.source(.activity, learner: index, number: day)
        let (draw, amount) = (source.uniform(), source.normal())
        let handIns = dueHandIns(on: day, in: world)
        let isActive = !handIns.isEmpty || draw < activityProbability(on: day, in: world)
        guard isActive else { return false }
        let effort = fading(on: day) * exp(amount * world.calibration.clicksWithin + 0.25 * mood)
        let clicks = max(1, min(Self.clicksMax, Int((traits.clicks * effort).rounded())))
        var sessions = world.randomness.source(.session, learner: index, number: day)
        let lastClick = addSessions(clicks: clicks, on: day, source: &sessions, in: world)
        for place in handIns { handIn(place, on: day, at: lastClick, in: world) }
        return true
    }

    /// Nobody clicks more than this in a day; OULAD's 99th percentile is 110.
    static let clicksMax = 400

    private func activityProbability(on day: Int, in world: World) -> Double {
        guard isStudying else { return 0 }
        let weekday = (world.plan.startsOn + day).weekday
        let odds =
            traits.activity + log(traits.weekdayHabit[weekday]) + mood + world.pull(on: day)
            + 5 * log(max(fading(on: day), 0.2))
        return 1 / (1 + exp(-odds))
    }

    private var isStudying: Bool {
        switch state {
        case .studying, .drifting: true
        case .waiting, .silent, .withdrawn: false
        }
    }

    /// 1 for those who study, falling to 0.3 over the time of a slow exit.
    private func fading(on day: Int) -> Double {
        guard case .drifting(let since, let days) = state else { return 1 }
        return 1 - 0.7 * Double(day - since) / Double(days)
    }

    // MARK: Sessions

    /// Spreads clicks over one to four sittings. Returns the instant of the last click.
    private mutating func addSessions(
        clicks: Int, on day: Int, source: inout SplitMix64, in world: World
    ) -> Int64 {
        let count = min(4, 1 + source.poisson(mean: Double(clicks) / 28))
        var left = clicks
        var last = Int64.min
        var number = 0
        for sitting in 0..<count {
            let share = sitting == count - 1 ? left : max(1, left / (count - sitting))
            guard share > 0 else { break }
            left -= share
            let hour = source.index(weights: traits.hourHabit)
            let sinceMidnight = Int64(hour) * Micros.hour + Int64(source.index(below: 3_600)) * Micros.second
            let start = world.calendars[zone].instant(day: day, sinceMidnight: sinceMidnight)
            last = max(
                last,
                addSession(
                    clicks: share, from: start, day: day, firstNumber: number, prefix: "\(day).",
                    source: &source,
                    in: world))
            number += share
        }
        return last
    }

    /// One sitting, pulled back so far that it ends with the day. Returns the instant of the last click.
    mutating func addSession(
        clicks: Int, from start: Int64, day: Int, firstNumber: Int, prefix: String, source: inout SplitMix64,
        in world: World
    ) -> Int64 {
        var offsets: [Int64] = [0]
        for _ in 1..<max(clicks, 1) {
            let pause = min(1_200, max(2, source.lognormal(median: 38, sigma: 1.0)))
            offsets.append((offsets.last ?? 0) + Int64(pause * 1_000) * 1_000)
        }
        let calendar = world.calendars[zone]
        let length = offsets.last ?? 0
        let begin = max(calendar.start(of: day), min(start, calendar.end(of: day) - length - Micros.second))
        var activity = world.plan.commons[0]
        for (place, offset) in offsets.enumerated() {
            let staying = activity.kind == .home ? Self.stayingHome : world.calibration.staying
            if place > 0, !source.chance(staying) {
                activity = nextActivity(on: day, source: &source, in: world)
            }
            let (verb, result) = deed(at: activity.kind, source: &source)
            add(
                at: begin + offset, id: prefix + String(firstNumber + place), verb: verb, activity: activity,
                result: result, in: world)
        }
        return begin + length
    }

    /// Home is a door: most go on from it at once.
    private static let stayingHome = 0.3

    private func nextActivity(
        on day: Int, source: inout SplitMix64, in world: World
    ) -> CoursePlan.LearningActivity {
        let plan = world.plan
        let draws = (source.uniform(), source.uniform(), source.uniform())
        var left = draws.0
        var kind = ActivityKind.home
        for (name, _) in OULADFigures.clickShare {
            left -= traits.preferences[name] ?? 0
            if left < 0 {
                kind = ActivityKind(rawValue: name) ?? .other
                break
            }
        }
        // Mostly this week's things; a fifth of the time something of the weeks before.
        let now = min(max(day / 7, 0), plan.weeks - 1)
        let week = draws.1 < 0.8 || now == 0 ? now : Int((draws.1 - 0.8) * 5 * Double(now))
        let choices =
            plan.commons.filter { $0.kind == kind }
            + plan.activitiesByWeek[week].filter { $0.kind == kind }
        guard !choices.isEmpty else { return plan.commons[0] }
        return choices[min(Int(draws.2 * Double(choices.count)), choices.count - 1)]
    }

    private func deed(at kind: ActivityKind, source: inout SplitMix64) -> (Verb, EventResult?) {
        let draw = source.uniform()
        switch kind {
        case .forum: return (draw < 0.06 ? .posted : .viewed, nil)
        case .quiz:
            let score = min(1, max(0, traits.ability / 100 + 0.3 * (draw - 0.5)))
            return (.interacted, EventResult(score: (score * 100).rounded() / 100))
        case .live: return (.launched, nil)
        case .content, .navigation, .home, .url, .video, .assignment, .exam, .other: return (.viewed, nil)
        }
    }

    /// One click outside of the hidden life: seen by whoever watches, changing nothing in the learner.
    func extraClick(at instant: Int64, id: String, source: inout SplitMix64, in world: World) -> EventDraft {
        let day = Int((instant - Micros.of(world.plan.startsAt)) / Micros.day)
        let activity = nextActivity(on: day, source: &source, in: world)
        let (verb, result) = deed(at: activity.kind, source: &source)
        return EventDraft(
            id: EventID(checked: "\(world.tag)-\(index)-\(id)"), learner: person.externalID,
            courseRun: world.plan.id, verb: verb,
            activity: ActivityDraft(id: activity.id, kind: activity.kind),
            result: result, occurredAt: Micros.date(instant))
    }

    // MARK: Assessments

    /// What the learner hands in today. Decides, once, whether it is handed in at all.
    private mutating func dueHandIns(on day: Int, in world: World) -> [Int] {
        guard isStudying, day >= 0 else { return [] }
        var handIns: [Int] = []
        for (place, assessment) in world.plan.assessments.enumerated() where !settled.contains(place) {
            guard day <= assessment.dueDay + Self.lateDaysMax else { continue }
            var source = world.randomness.source(.submission, learner: index, number: place)
            let (will, lead) = (source.uniform(), traits.leadDays + 1.2 * source.normal())
            let handInDay = assessment.dueDay - max(-Self.lateDaysMax, min(9, Int(lead.rounded())))
            guard day >= handInDay else { continue }
            settled.insert(place)
            // Four in ten of those who are on their way out no longer bother.
            let isDrifting = state != .studying
            if will < traits.diligence * (isDrifting ? 0.6 : 1) {
                handIns.append(place)
            } else {
                missedOn.append(max(day, assessment.dueDay))
            }
        }
        return handIns
    }

    private mutating func handIn(_ place: Int, on day: Int, at lastClick: Int64, in world: World) {
        let assessment = world.plan.assessments[place]
        let calendar = world.calendars[zone]
        var source = world.randomness.source(.mark, learner: index, number: place)
        let handedIn = min(
            lastClick + Int64(20 + source.index(below: 400)) * Micros.second, calendar.end(of: day) - 1)
        let activity = CoursePlan.LearningActivity(id: assessment.id, kind: assessment.kind)
        add(at: handedIn, id: "s\(place)", verb: .submitted, activity: activity, in: world)
        let spread = (world.calibration.markDeviation * world.calibration.markDeviation - 172).squareRoot()
        let mark = min(100, max(0, (traits.ability + spread * source.normal()).rounded()))
        let markedDay = day + (assessment.kind == .quiz ? 1 : 5 + source.index(below: 8))
        guard markedDay <= calendar.lastDay else { return }
        let sinceMidnight = 9 * Micros.hour + Int64(source.index(below: 8 * 3_600)) * Micros.second
        add(
            at: calendar.instant(day: markedDay, sinceMidnight: sinceMidnight), id: "m\(place)",
            verb: .marked,
            activity: activity, result: EventResult(score: mark / 100, success: mark >= 40), in: world)
    }
}
