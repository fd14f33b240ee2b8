import Contracts
import Foundation
import Simulator

/// Drives a cohort through the public API: sets the clocks, posts what learners did, waits until the services
/// have heard all of it, and lets learners react to what reached them.
///
/// One step:
///
///     clocks to its end, standing ─▶ events of the step ─▶ quiet? ─▶ messages sent? ─▶ learners react ─▶ state kept
///
/// The clocks go first, because an event from the future is refused.
struct Simulation {
    static let source = SourceID(checked: "simulator")
    /// Waiting longer than this for the services to hear everything means that something is broken.
    static let quietTimeout = Duration.seconds(180)
    /// The services are asked in the order in which facts go through them; a second look covers what goes
    /// back.
    static let quietReadings = 2

    let settings: SimulationSettings
    let client: GatewayClient
    let poster: EventPoster
    let plan: CoursePlan
    var cohort: Cohort
    var state: SimulationState
    var inbox: NudgeInbox
    var summary = SimulationSummary()
    private let isResumed: Bool
    private var clocksAreAhead = false
    /// When each service was started, as seen last.
    private var starts: [String: Date] = [:]
    private var atRiskAskedAt = Date.distantPast

    /// - Throws: ``CohortError``; ``GatewayError`` where the state file is of another cohort or cannot be
    ///   read.
    init(_ settings: SimulationSettings, client: GatewayClient) throws {
        self.settings = settings
        self.client = client
        poster = EventPoster(client: client, source: Self.source)
        if let kept = try settings.stateFile.flatMap(SimulationState.read) {
            if let difference = kept.difference(from: settings) {
                throw GatewayError("the state that was kept is of another cohort: it has \(difference)")
            }
            state = kept
            cohort = try kept.cohort()
            isResumed = true
        } else {
            cohort = try Cohort(seed: settings.seed, learners: settings.learners, plan: settings.plan())
            state = SimulationState(
                seed: settings.seed, learners: settings.learners, weeks: settings.weeks,
                course: settings.course,
                startsOn: settings.startsOn, position: cohort.position)
            isResumed = false
        }
        plan = cohort.plan
        inbox = NudgeInbox(
            client: client, courseRun: plan.id, source: Self.source,
            learners: Set(cohort.learners.map(\.externalID)), seen: Set(state.arrivals.map(\.nudge)),
            since: isResumed ? state.position.addingTimeInterval(-2 * 86_400) : plan.opensAt)
        summary.title = plan.title
        summary.learners = settings.learners
    }

    /// Runs to the end, or until the task is cancelled. In either case the state is kept and the truth is
    /// written.
    mutating func run() async throws -> SimulationSummary {
        let begin = ContinuousClock.now
        let firstPosition = cohort.position
        do {
            try await prepare()
            try await runCourse(since: begin)
            if settings.isLive { try await runLive() }
        } catch is CancellationError {
            // Whoever stops a live demonstration stops it at its end.
            summary.isIncomplete = !settings.isLive
        }
        summary.wallTime = begin.duration(to: .now)
        summary.days = cohort.position.timeIntervalSince(firstPosition) / 86_400
        summary.take(cohort.truth())
        try keepState()
        try writeTruth()
        return summary
    }

    // MARK: Before the first step

    private mutating func prepare() async throws {
        if !isResumed { try await setClocks(to: cohort.position) }
        try await client.put("/v1/course-runs/\(GatewayClient.escaped(plan.id.rawValue))", plan.definition)
        let contacts = cohort.learners.map { learner in
            ContactsDraft.Contact(
                source: Self.source, learner: learner.externalID, name: learner.name, email: learner.email,
                locale: "en", timeZone: learner.timeZone)
        }
        for start in stride(from: 0, to: contacts.count, by: EventPoster.batchMax) {
            let part = Array(contacts[start..<min(start + EventPoster.batchMax, contacts.count)])
            try await client.put("/v1/contacts", ContactsDraft(contacts: part))
        }
    }

    // MARK: The course

    private mutating func runCourse(since begin: ContinuousClock.Instant) async throws {
        var planner = StepPlanner(base: settings.step.seconds, startsAt: plan.startsAt)
        let first = cohort.position
        while cohort.position < end {
            try Task.checkCancellation()
            let (posted, waited) = (summary.posting, summary.waiting)
            try await step(to: planner.next(after: cohort.position, end: end))
            planner.learn(posting: summary.posting - posted, waiting: summary.waiting - waited)
            Terminal.progress(progressLine(first: first, since: begin))
            if settings.until == .now, end.timeIntervalSince(cohort.position) < 5 { break }
        }
    }

    /// For `now` it moves on while the simulation runs after it.
    private var end: Date {
        switch settings.until {
        case .week(let week): plan.startsAt.addingTimeInterval(Double(week) * 7 * 86_400)
        case .day(let day): Date(timeIntervalSince1970: Double(day.number) * 86_400)
        case .now: Date()
        }
    }

    private mutating func step(to end: Date) async throws {
        try await setClocks(to: end)
        let posting = ContinuousClock.now
        let events = cohort.step(to: end)
        let tally = try await poster.post(events.map { ($0.learner, $0.draft) })
        summary.tally = summary.tally + tally
        let waiting = ContinuousClock.now
        try await waitUntilQuiet(at: end)
        let messages = try await inbox.newMessages(now: end)
        summary.posting += posting.duration(to: waiting)
        summary.waiting += waiting.duration(to: .now)
        summary.steps += 1
        try react(to: messages, delayScale: 1)
        state.position = cohort.position
        try keepState()
        if end.timeIntervalSince(atRiskAskedAt) >= 86_400 {
            atRiskAskedAt = end
            try await askAtRisk()
        }
    }

    mutating func askAtRisk() async throws {
        let overview: OverviewAnswer = try await client.get(
            "/v1/overview", query: [("courseRun", plan.id.rawValue)])
        summary.atRisk = overview.atRisk ?? summary.atRisk
    }

    mutating func react(to messages: [NudgeInbox.Message], delayScale: Double) throws {
        for message in messages {
            let arrival = SimulationState.Arrival(
                nudge: message.nudge, kind: message.kind, learner: message.learner, at: message.sentAt,
                position: cohort.position, delayScale: delayScale)
            try cohort.receive(arrival)
            state.arrivals.append(arrival)
        }
    }

    /// Sets every service's clock to stand at `date`.
    private mutating func setClocks(to date: Date) async throws {
        guard !clocksAreAhead else { return }
        do {
            let answer: ClockAnswer = try await client.put("/v1/clock", SetClock.Request(now: date, rate: 0))
            // Clocks that are later than asked stay where they are and say so; a microsecond is rounding.
            if answer.now.timeIntervalSince(date) > 0.001 { try noteClocksAreAhead(of: date) }
        } catch let error as GatewayError where error.status == 404 {
            throw GatewayError(
                status: 404, "the services' clocks cannot be set; start them with HOLDFAST_CLOCK=simulated")
        } catch let error as GatewayError where error.code == RPCError.Code.failedPrecondition.rawValue {
            try noteClocksAreAhead(of: date)
        }
    }

    private mutating func noteClocksAreAhead(of date: Date) throws {
        guard isResumed, settings.until == .now else {
            throw GatewayError(
                "the services' clocks are later than \(RFC3339.string(from: date)) already, and never go back; "
                    + "start from empty services, or later with --start")
        }
        // They ran on while the learners were away; what was missed is told late.
        clocksAreAhead = true
    }

    /// Waits until every service has heard all that was said, and said all that follows from it.
    private mutating func waitUntilQuiet(at now: Date) async throws {
        let deadline = ContinuousClock.now + Self.quietTimeout
        var quietReadings = 0
        var pause = Duration.milliseconds(20)
        while quietReadings < Self.quietReadings {
            let status: StatusAnswer = try await client.get("/v1/status")
            if noteRestarts(status) { try await setClocks(to: now) }
            if let unrest = status.unrest {
                guard ContinuousClock.now < deadline else {
                    throw GatewayError(
                        "after \(Self.quietTimeout.clockText) it is still not quiet: \(unrest)")
                }
                quietReadings = 0
                pause = min(pause * 2, .milliseconds(320))
            } else {
                quietReadings += 1
                pause = .milliseconds(15)
            }
            if quietReadings < Self.quietReadings { try await Task.sleep(for: pause) }
        }
    }

    /// Whether a service was started anew: then it has forgotten the time that it was set to.
    private mutating func noteRestarts(_ status: StatusAnswer) -> Bool {
        var isAny = false
        for service in status.services {
            guard let start = service.startedAt else { continue }
            if let known = starts[service.name], known != start { isAny = true }
            starts[service.name] = start
        }
        return isAny
    }

    // MARK: What is kept and said

    func keepState() throws {
        if let file = settings.stateFile { try state.write(file) }
    }

    private func writeTruth() throws {
        guard let file = settings.truthFile else { return }
        let truth = SimulationTruth(
            seed: settings.seed, courseRun: plan.id, position: cohort.position, learners: cohort.truth())
        try JSONCoding.encoder().encode(truth).write(to: URL(filePath: file), options: .atomic)
    }

    private func progressLine(first: Date, since begin: ContinuousClock.Instant) -> String {
        // The last instant of the step: its end belongs to the next day.
        let day = (cohort.position.timeIntervalSince(plan.startsAt) - 1) / 86_400
        let place =
            day < 0
            ? "\(Int(-day.rounded(.down))) days before the start"
            : "week \(Int(day) / 7 + 1) day \(Int(day) % 7 + 1)"
        let elapsed = begin.duration(to: .now)
        let done = cohort.position.timeIntervalSince(first)
        let left = done > 0 ? elapsed * (max(0, end.timeIntervalSince(cohort.position)) / done) : .zero
        let events = summary.tally.accepted + summary.tally.duplicate
        let rate = Int(Double(events) / max(elapsed.seconds, 0.001))
        var parts = [place, "\(events.grouped) events", "\(rate.grouped)/s"]
        if let atRisk = summary.atRisk { parts.append("\(atRisk.grouped) at risk") }
        parts.append("\(state.arrivals.count.grouped) nudges")
        parts.append("\(left.clockText) left")
        return parts.joined(separator: " · ")
    }
}

/// The file of `--truth`.
struct SimulationTruth: Codable, Sendable {
    var seed: UInt64
    var courseRun: CourseRunID
    var position: Date
    var learners: [LearnerTruth]
}
