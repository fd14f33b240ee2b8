import Foundation

/// Why the gateway did not do what it was asked, as a sentence for the person at the terminal.
struct GatewayError: Error, CustomStringConvertible, Equatable {
    /// HTTP status; `nil` when there was no answer.
    let status: Int?
    /// The code word of the problem document, e.g. `failed_precondition`.
    let code: String?
    let description: String

    init(status: Int? = nil, code: String? = nil, _ description: String) {
        self.status = status
        self.code = code
        self.description = description
    }

    /// RFC 9457, as far as it is needed here.
    private struct Problem: Decodable {
        var title: String?
        var detail: String?
        var code: String?
    }

    /// Reads what an answer other than 2xx says.
    init(status: Int, body: Data, asked: String) {
        let problem: Problem
        do {
            problem = try JSONDecoder().decode(Problem.self, from: body)
        } catch {
            // Not every server in front of a gateway writes problem documents; the status says enough then.
            problem = Problem()
        }
        let said = problem.detail ?? problem.title
        self.init(
            status: status, code: problem.code,
            "\(asked) was answered with \(status)" + (said.map { ": \($0)" } ?? ""))
    }
}
