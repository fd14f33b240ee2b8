import ArgumentParser
import Foundation
import Simulator

/// `holdfast simulate`: a class of invented learners studies, through the public API.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract:
            "Lets a cohort of invented learners study a course, react to nudges, and tells the truth afterwards.",
        discussion: """
            Needs an installation whose clocks may be set (HOLDFAST_CLOCK=simulated) and a key with the scope admin. \
            The same seed, learners, weeks and start give the same events with the same ids, so that a run that was \
            interrupted can be started again.
            """)

    @OptionGroup var gateway: GatewayOptions

    @Option(
        help: "How many learners. \(Cohort.learnersBounds.lowerBound) to \(Cohort.learnersBounds.upperBound)."
    )
    var learners = 1_000

    @Option(
        help:
            "Weeks of the course. \(CoursePlan.weeksBounds.lowerBound) to \(CoursePlan.weeksBounds.upperBound)."
    )
    var weeks = 12

    @Option(
        help: ArgumentHelp(
            "How far to go: weekN (the end of week N), a day like 2026-11-23, or now.", valueName: "when"))
    var until: SimulationEnd?

    @Option(help: "Everything that is drawn follows from it.")
    var seed: UInt64 = 7

    @Option(
        help:
            "The course's first day. Standard: the Monday that brings the end of the simulation to this week."
    )
    var start: CivilDay?

    @Option(
        help: ArgumentHelp(
            "The course: \(CourseOutline.catalogue.map(\.slug).joined(separator: ", ")).", valueName: "name"))
    var course = CourseOutline.introductionToDataScience.slug

    @Option(
        help:
            "Simulated hours in one step, like 6h. Nudges are read after each; steps grow while nothing happens."
    )
    var step = StepLength(hours: 6)

    @Flag(help: "Afterwards let the clocks run, and learners act in real time, until stopped.")
    var live = false

    @Option(help: "Events a minute while live. 0 to 60000; what learners do of themselves comes on top.")
    var liveRate = 60

    @Option(help: "Where to keep what is needed to go on with the same cohort after a stop.")
    var state: String?

    @Option(help: "Where to write the truth about every learner, as JSON.")
    var truth: String?

    func validate() throws {
        guard (0...60_000).contains(liveRate) else {
            throw ValidationError("--live-rate must be 0 to 60000 events a minute, got \(liveRate)")
        }
        if live, case .day = until {
            throw ValidationError("--live goes on from now; leave out --until, or give weekN or now")
        }
    }

    func run() async throws {
        let settings = try SimulationSettings(self, today: CivilDay(containing: Date(), in: .gmt))
        // A live demonstration outlasts a gateway that is being restarted; anything else gives up after a
        // minute.
        let client = try gateway.client(patience: .seconds(live ? 300 : 60))
        let summary = try await Stoppable.run {
            var simulation = try Simulation(settings, client: client)
            return try await simulation.run()
        }
        summary.lines.forEach(Terminal.result)
        if summary.isIncomplete { throw ExitCode(130) }
    }
}

/// When a simulation has gone far enough.
enum SimulationEnd: Equatable, Sendable, ExpressibleByArgument {
    /// The end of week 1...
    case week(Int)
    /// The beginning of a day.
    case day(CivilDay)
    case now

    init?(argument: String) {
        if argument == "now" {
            self = .now
        } else if let day = CivilDay(argument) {
            self = .day(day)
        } else {
            let digits = argument.hasPrefix("week") ? String(argument.dropFirst(4)) : argument
            guard let week = Int(digits), week > 0 else { return nil }
            self = .week(week)
        }
    }
}

/// A step of 1 to 24 hours.
struct StepLength: Equatable, Sendable, ExpressibleByArgument, CustomStringConvertible {
    let hours: Double
    var seconds: TimeInterval { hours * 3_600 }
    var description: String { "\(Int(hours))h" }

    init(hours: Double) {
        self.hours = hours
    }

    init?(argument: String) {
        let digits = argument.hasSuffix("h") ? String(argument.dropLast()) : argument
        guard let hours = Double(digits), (1...24).contains(hours) else { return nil }
        self.hours = hours
    }
}

extension CivilDay: ExpressibleByArgument {
    public init?(argument: String) {
        self.init(argument)
    }
}

/// What is to be simulated, checked and complete.
struct SimulationSettings: Sendable {
    let seed: UInt64
    let learners: Int
    let weeks: Int
    let course: String
    let startsOn: CivilDay
    let until: SimulationEnd
    let step: StepLength
    let isLive: Bool
    let liveRate: Int
    let stateFile: String?
    let truthFile: String?

    init(
        seed: UInt64 = 7, learners: Int, weeks: Int = 12, course: String, startsOn: CivilDay,
        until: SimulationEnd,
        step: StepLength = StepLength(hours: 6), isLive: Bool = false, liveRate: Int = 60,
        stateFile: String? = nil,
        truthFile: String? = nil
    ) {
        self.seed = seed
        self.learners = learners
        self.weeks = weeks
        self.course = course
        self.startsOn = startsOn
        self.until = until
        self.step = step
        self.isLive = isLive
        self.liveRate = liveRate
        self.stateFile = stateFile
        self.truthFile = truthFile
    }

    /// Lays the course so that what is simulated ends in the week of `today`, unless the command says
    /// otherwise.
    init(_ command: SimulateCommand, today: CivilDay) throws {
        let asked = command.until ?? .week(command.weeks)
        var weeksUntilNow = command.weeks
        if case .week(let week) = asked {
            guard week <= command.weeks else {
                throw ValidationError("--until week\(week) lies after a course of \(command.weeks) weeks")
            }
            weeksUntilNow = week
        }
        // Live learners are in the week that was named; otherwise that week is over.
        let monday = today.monday - 7 * (command.live ? weeksUntilNow - 1 : weeksUntilNow)
        self.init(
            seed: command.seed, learners: command.learners, weeks: command.weeks, course: command.course,
            startsOn: command.start ?? monday, until: command.live ? .now : asked, step: command.step,
            isLive: command.live, liveRate: command.liveRate, stateFile: command.state,
            truthFile: command.truth)
    }

    func plan() throws -> CoursePlan {
        try CoursePlan(outline: .named(course), startsOn: startsOn, weeks: weeks)
    }
}
