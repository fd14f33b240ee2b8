import ArgumentParser
import Contracts
import Foundation

/// `holdfast dead-letters`: facts that a service heard and could not apply.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Lists facts that a service could not apply, and applies them again.",
        subcommands: [List.self, Replay.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists them, newest first: service, id, when, what, and why.")

        @OptionGroup var gateway: GatewayOptions

        @Option(help: "Only those of one service, e.g. prediction.")
        var service: String?

        @Flag(help: "Also those that were applied after all.")
        var all = false

        func run() async throws {
            let entries = try await DeadLettersCommand.entries(try gateway.client(), service: service)
                .filter { all || $0.letter.replayedAt == nil }
            for entry in entries {
                let letter = entry.letter
                let state = letter.replayedAt.map { "  applied \(RFC3339.string(from: $0))" } ?? ""
                Terminal.result(
                    "\(entry.service) \(letter.id)  \(RFC3339.string(from: letter.failedAt))  "
                        + "\(letter.type) \(letter.stream)/\(letter.partition)-\(letter.seq)  "
                        + "after \(letter.attempts) attempts: \(letter.reason)\(state)")
            }
            Terminal.note("\(entries.count.grouped) dead letters")
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Applies one again, by service and id, or all that wait.",
            discussion:
                "Applying one twice has one effect. The command ends with 1 when any could not be applied.")

        @OptionGroup var gateway: GatewayOptions

        @Option(help: "The service, e.g. prediction.")
        var service: String?

        @Option(help: "The id that `holdfast dead-letters list` shows.")
        var id: Int64?

        @Flag(help: "All that wait, oldest first; with --service only those of one service.")
        var all = false

        func validate() throws {
            guard all != (id != nil) else {
                throw ValidationError("give either --id with --service, or --all")
            }
            guard all || service != nil else { throw ValidationError("--id needs --service") }
        }

        func run() async throws {
            let client = try gateway.client()
            var letters: [(service: String, id: Int64)] = []
            if let id, let service {
                letters = [(service, id)]
            } else {
                letters = try await DeadLettersCommand.entries(client, service: service)
                    .filter { $0.letter.replayedAt == nil }.map { ($0.service, $0.letter.id) }.reversed()
            }
            var failed = 0
            for letter in letters {
                do {
                    try await client.post(
                        "/v1/dead-letters/\(GatewayClient.escaped(letter.service))/\(letter.id)/replay")
                    Terminal.result("\(letter.service) \(letter.id) applied")
                } catch let error as GatewayError {
                    failed += 1
                    Terminal.note("\(letter.service) \(letter.id): \(error)")
                }
            }
            Terminal.note("\((letters.count - failed).grouped) applied, \(failed.grouped) failed")
            if failed > 0 { throw ExitCode(1) }
        }
    }

    static func entries(_ client: GatewayClient, service: String?) async throws -> [DeadLettersAnswer.Entry] {
        let answer: DeadLettersAnswer = try await client.get(
            "/v1/dead-letters", query: [("service", service)])
        return answer.deadLetters
    }
}
