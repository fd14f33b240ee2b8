import ArgumentParser
import Foundation

/// `holdfast load`: events at a steady rate, and how the gateway took them.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Posts events at a steady rate and reports throughput, latency and errors.",
        discussion: """
            A latency is counted from the moment at which a batch was due, so that a gateway that stalls is not \
            flattered. What is written to --acknowledged was answered with a receipt before it was written.
            """)

    @OptionGroup var gateway: GatewayOptions

    @Option(help: "Events a second; 0 for as many as go through.")
    var rate = 1_000.0

    @Option(help: "How long, in seconds.")
    var seconds = 10.0

    @Option(help: "Events in one request. 1 to 1000.")
    var batch = 100

    @Option(help: "Requests in flight at a time. 1 to 256.")
    var connections = 4

    @Option(help: "Different learners that the events are spread over.")
    var learners = 1_000

    @Option(help: "For how many seconds a batch is tried again before it counts as failed.")
    var patience = 30.0

    @Option(help: "Sets the ids of this run apart from all others. Standard: the time.")
    var run: String?

    @Option(help: "File for the ids of all acknowledged events, one a line.")
    var acknowledged: String?

    @Flag(help: "Report as one JSON object.")
    var json = false

    func validate() throws {
        guard (0...1_000_000).contains(rate) else { throw ValidationError("--rate must be 0 to 1000000") }
        guard (0.1...86_400).contains(seconds) else {
            throw ValidationError("--seconds must be 0.1 to 86400")
        }
        guard (1...1_000).contains(batch) else { throw ValidationError("--batch must be 1 to 1000") }
        guard (1...256).contains(connections) else { throw ValidationError("--connections must be 1 to 256") }
        guard (1...1_000_000).contains(learners) else {
            throw ValidationError("--learners must be 1 to 1000000")
        }
        guard (0...3_600).contains(patience) else { throw ValidationError("--patience must be 0 to 3600") }
    }

    func run() async throws {
        let client = try gateway.client(patience: .seconds(patience))
        let plan = LoadPlan(
            run: run ?? "load-\(Int(Date().timeIntervalSince1970 * 1_000))", rate: rate, seconds: seconds,
            batch: batch, connections: connections, learners: learners)
        let (file, json) = (acknowledged, json)
        let report = try await Stoppable.run {
            let log = try file.map { try AcknowledgedLog(path: $0) }
            let time = try await ServiceTime(client)
            let generator = LoadGenerator(plan: plan, client: client, log: log, time: time)
            return try await generator.run()
        }
        Terminal.result(json ? try report.json() : report.lines.joined(separator: "\n"))
        if report.failedBatches > 0 { throw ExitCode(1) }
    }
}

/// What is to be posted.
struct LoadPlan: Sendable {
    let run: String
    /// Events a second; 0 for no limit.
    let rate: Double
    let seconds: Double
    let batch: Int
    let connections: Int
    let learners: Int

    /// When a batch is due, from the beginning; `nil` when the time is over.
    func due(_ number: Int) -> Duration? {
        guard rate > 0 else { return .zero }
        let due = Double(number) * Double(batch) / rate
        return due < seconds ? .seconds(due) : nil
    }

    /// One request of about 300 bytes an event. Written by hand, because a generator that is busy encoding
    /// measures itself; every text in it is plain ASCII without quotes.
    func body(_ number: Int, occurredAt: String) -> (ids: [String], body: Data) {
        var ids: [String] = []
        var text = "{\"source\":\"load\",\"events\":["
        for place in 0..<batch {
            let id = "\(run)-\(number)-\(place)"
            let learner = (number * batch + place) % learners
            ids.append(id)
            if place > 0 { text += "," }
            text +=
                "{\"id\":\"\(id)\",\"learner\":\"load-learner-\(learner)\",\"courseRun\":\"load\",\"verb\":\"viewed\","
            text += "\"activity\":{\"id\":\"load/week-01/reading-\(place % 40)\",\"kind\":\"content\"},"
            text += "\"occurredAt\":\"\(occurredAt)\","
            text += "\"context\":{\"referrer\":\"load/home\",\"client\":\"holdfast load\",\"page\":\(place)}}"
        }
        return (ids, Data((text + "]}").utf8))
    }
}
