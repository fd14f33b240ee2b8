import Contracts
import Foundation

/// A place in the course at which far more learners stop than at others: then it is the course, not the learner.
///
/// What is compared is a rate: of the days on which learners studied while they were at a place, the share that was
/// followed by three weeks without any study. So a place where everybody stays for weeks is not blamed for it; and
/// because it is three weeks for every day, whether or not somebody came back later, recent places compare with old
/// ones. The usual rate is that of all other places of the sort together, without the worst tenth of them; the chance
/// of so many or more is a Poisson tail, times the number of places looked at (Bonferroni). Places are the steps of the
/// plan, or of the peers where there is none, the modules, and the days. A learner is at the step that they began last.
/// After a hand-in everybody draws breath: what is handed in compares with others of its kind, and days around a
/// deadline are left out.
struct StructuralRule {
    /// How far one learner came.
    struct Traveller: Sendable {
        /// The activities begun, by the UTC day of it.
        let begun: [ActivityID: Int]
        /// UTC days with activity, oldest first, up to the last one that can be judged; and whether the learner stopped
        /// there for ``TrackingLimits/stoppedAfterDays``.
        let activeDays: [(day: Int, isLast: Bool)]
    }

    let steps: [CourseStep]
    let modules: [CourseModule]
    /// Days on which something is due.
    let dueDays: Set<Int>
    let travellers: [Traveller]
    let now: Date

    /// One place, how much was studied there, and who stopped there.
    private struct Place {
        let name: String
        let anchor: String
        /// Only places of one sort compare.
        var sort = ""
        var activity: ActivityID?
        var module: ModuleID?
        var firstDay: Int?
        var days = 0
        var stopped = 0

        var rate: Double { Double(stopped) / Double(max(1, days)) }

        /// Takes in a day of study of somebody who is here.
        mutating func study(on day: Int, isLast: Bool) {
            days += 1
            stopped += isLast ? 1 : 0
            firstDay = min(firstDay ?? day, day)
        }
    }

    func findings() -> [AnomalyFinding] {
        judge(activityPlaces()) + judge(modulePlaces()) + judge(dayPlaces())
    }

    // MARK: Places

    /// The last step is left out: who ends there has finished.
    private func activityPlaces() -> [Place] {
        let all = steps.filter { !$0.kind.isPlace }
        let wanted = Set(all.map(\.activity))
        var places = Dictionary(
            all.dropLast().map { step in
                let place = Place(
                    name: "“\(step.title)”", anchor: "activity \(step.activity)",
                    sort: step.kind.depthWanted == .submitted ? step.kind.rawValue : "", activity: step.activity)
                return (step.activity, place)
            }, uniquingKeysWith: { first, _ in first })
        for traveller in travellers {
            follow(traveller, begun: traveller.begun.filter { wanted.contains($0.key) }, through: &places)
        }
        return all.compactMap { places[$0.activity] }
    }

    private func modulePlaces() -> [Place] {
        let moduleOf = Dictionary(
            steps.compactMap { step in step.module.map { (step.activity, $0) } },
            uniquingKeysWith: { first, _ in first })
        var places = Dictionary(
            modules.dropLast().map {
                ($0.id, Place(name: "module “\($0.title)”", anchor: "module \($0.id)", module: $0.id))
            }, uniquingKeysWith: { first, _ in first })
        for traveller in travellers {
            var begun: [ModuleID: Int] = [:]
            for (activity, day) in traveller.begun {
                guard let module = moduleOf[activity] else { continue }
                begun[module] = min(begun[module] ?? day, day)
            }
            follow(traveller, begun: begun, through: &places)
        }
        return modules.compactMap { places[$0.id] }
    }

    /// On each active day a learner is at what they began last.
    private func follow<Name: Comparable & Hashable>(
        _ traveller: Traveller, begun: [Name: Int], through places: inout [Name: Place]
    ) {
        let way = begun.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
        var next = 0
        for (day, isLast) in traveller.activeDays {
            while next < way.count, way[next].value <= day { next += 1 }
            guard next > 0 else { continue }
            places[way[next - 1].key]?.study(on: day, isLast: isLast)
        }
    }

    private func dayPlaces() -> [Place] {
        var places: [Int: Place] = [:]
        for traveller in travellers {
            for (day, isLast) in traveller.activeDays where !isNearDue(day) {
                places[day, default: Place(name: InsightWords.day(UTCDay.start(of: day)), anchor: "day \(day)")]
                    .study(on: day, isLast: isLast)
            }
        }
        return places.sorted { $0.key < $1.key }.map(\.value)
    }

    private func isNearDue(_ day: Int) -> Bool {
        let near = TrackingLimits.structuralDueDays
        return (day - near...day + near).contains(where: dueDays.contains)
    }

    // MARK: Judging

    private func judge(_ places: [Place]) -> [AnomalyFinding] {
        Set(places.map(\.sort)).sorted().flatMap { sort in judge(ofOneSort: places.filter { $0.sort == sort }) }
    }

    private func judge(ofOneSort places: [Place]) -> [AnomalyFinding] {
        let judged = places.filter { $0.days >= TrackingLimits.structuralDaysMin }
        guard judged.count >= TrackingLimits.structuralPlacesMin else { return [] }
        return judged.compactMap { place in
            let usual = usualRate(judged.filter { $0.anchor != place.anchor })
            let ratio = place.rate / usual
            guard place.stopped >= TrackingLimits.structuralStoppedMin, ratio >= TrackingLimits.structuralRatioMin
            else { return nil }
            let tail = RobustStatistics.poissonTail(place.stopped, mean: usual * Double(place.days))
            let chance = tail * Double(judged.count)
            return chance <= TrackingLimits.structuralChanceMax ? finding(place, usual, ratio, chance) : nil
        }
    }

    private func usualRate(_ others: [Place]) -> Double {
        let kept = others.sorted { $0.rate < $1.rate }.dropLast(max(1, others.count / 10))
        let rate = Double(kept.reduce(0) { $0 + $1.stopped }) / Double(max(1, kept.reduce(0) { $0 + $1.days }))
        return max(rate, TrackingLimits.structuralRateMin)
    }

    private func finding(_ place: Place, _ usual: Double, _ ratio: Double, _ chance: Double) -> AnomalyFinding {
        AnomalyFinding(
            .structuralDropOff, .of(excess: ratio / TrackingLimits.structuralRatioMin), activity: place.activity,
            module: place.module, anchor: place.anchor,
            words: "\(Words.count(place.stopped)) times a learner stopped for three weeks or for good at "
                + "\(place.name): after one of \(InsightWords.number(1 / place.rate)) days of study there, "
                + "elsewhere in the course after one of \(InsightWords.number(1 / usual)).",
            evidence: [
                AnomalyFigure("stopped", Double(place.stopped)),
                AnomalyFigure("studyDays", Double(place.days), unit: "learner-days"),
                AnomalyFigure("usualRate", InsightWords.rounded(usual)),
                AnomalyFigure("ratio", InsightWords.rounded(ratio)), AnomalyFigure("chance", chance),
            ], firstAt: place.firstDay.map(UTCDay.start) ?? now, lastAt: now)
    }
}
