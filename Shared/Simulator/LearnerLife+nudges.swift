import Contracts
import Foundation

/// What a nudge does, and what would have been without it.
extension LearnerLife {
    /// How far both worlds are looked at, with and without a nudge.
    static let outlookDays = 14

    /// Lets the learner react, and notes the truth about it.
    ///
    /// - Parameters:
    ///   - instant: When the message arrived; never before what was already handed out.
    ///   - delayScale: 1 for real life; less where a demonstration cannot wait for hours.
    mutating func receive(
        _ kind: NudgeKind, reference: String, at instant: Int64, delayScale: Double, in world: World
    ) {
        let number = nudges.count
        let standing = LearnerTruth.Standing(state)
        let withoutIt = firstActivity(from: instant, in: world)
        let effect = react(to: kind, number: number, at: instant, delayScale: delayScale, in: world)
        nudges.append(
            LearnerTruth.ReceivedNudge(
                reference: reference, kind: kind, receivedAt: Micros.date(instant), standing: standing,
                effect: effect, withIt: firstActivity(from: instant, in: world).map(Micros.date),
                withoutIt: withoutIt.map(Micros.date)))
    }

    private mutating func react(
        to kind: NudgeKind, number: Int, at instant: Int64, delayScale: Double, in world: World
    ) -> LearnerTruth.Effect {
        var source = world.randomness.source(.nudge, learner: index, number: number)
        let (opening, acting) = (source.uniform(), source.uniform())
        let hours = min(72, source.lognormal(median: traits.responses.delayHours, sigma: 0.7)) * delayScale
        let strength = strength(of: kind, number: number, at: instant, in: world)
        guard state != .withdrawn else { return .none }
        guard opening < traits.responses.opens else { return .unread }
        guard acting < abs(strength) else { return .none }
        if strength < 0 {
            pushAway(at: instant, in: world)
            return .pushedAway
        }
        let isStudying = state == .studying
        let wake = Wake(at: instant + max(Micros.second, Int64(hours * Double(Micros.hour))), nudge: number)
        // A day that was lived already gets the return at once, a later one when it is lived.
        if nextDay > world.calendars[zone].firstDay, wake.at < world.calendars[zone].start(of: nextDay) {
            wakeUp(wake, on: nextDay - 1, in: world)
        } else {
            wakes.append(wake)
        }
        return isStudying ? .encouraged : .returned
    }

    private func strength(of kind: NudgeKind, number: Int, at instant: Int64, in world: World) -> Double {
        let responses = traits.responses
        var strength = responses.effect(of: kind) * pow(responses.fatigue, Double(number))
        if case .silent(let since) = state {
            let silentFor = instant - world.calendars[zone].start(of: since)
            strength *= pow(responses.patience, max(0, Double(silentFor) / Double(Micros.day)))
        }
        return strength
    }

    private mutating func pushAway(at instant: Int64, in world: World) {
        annoyedUntil = nextDay + 14
        comebackFactor *= 0.2
        switch state {
        case .studying, .drifting:
            pending.removeAll { $0.at >= instant && $0.draft.verb.isLearnerActivity }
            leave(on: max(nextDay - 1, 0), driftDays: 0, because: .nudge, in: world)
        case .waiting, .silent, .withdrawn:
            break
        }
    }

    /// Comes back because of a nudge, with a sitting of its own.
    mutating func wakeUp(_ wake: Wake, on day: Int, in world: World) {
        guard state != .withdrawn else { return }
        if state == .studying {
            mood += 0.6
        } else {
            comeBack(at: wake.at, because: .nudge)
            mood = max(mood, 0.4)
        }
        var source = world.randomness.source(.wakeUp, learner: index, number: wake.nudge)
        let clicks = max(3, min(60, Int(source.lognormal(median: traits.clicks, sigma: 0.5).rounded())))
        _ = addSession(
            clicks: clicks, from: wake.at, day: day, firstNumber: 0, prefix: "n\(wake.nudge).",
            source: &source,
            in: world)
    }

    /// The first thing the learner does of their own will from `instant` on, within ``outlookDays``, if no
    /// more nudges come.
    private func firstActivity(from instant: Int64, in world: World) -> Int64? {
        let end = instant + Int64(Self.outlookDays) * Micros.day
        var future = self
        future.live(until: end, in: world)
        return future.pending.lazy
            .filter { $0.at >= instant && $0.at < end && $0.draft.verb.isLearnerActivity }
            .map(\.at).min()
    }
}
