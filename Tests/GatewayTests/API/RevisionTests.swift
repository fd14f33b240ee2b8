import Contracts
import HTTPServer
import Testing

@testable import Gateway

/// Entity tags of declarations: what a request may ask for, and what becomes of a stale one.
@Suite struct RevisionTests {
    private func expected(_ headers: [String: String]) throws -> Int? {
        try Revision.expected(by: HTTPServerRequest(method: .put, path: "/", headers: headers))
    }

    @Test func `If-Match names a revision, If-None-Match asks for none, nothing asks nothing`() throws {
        #expect(try expected([:]) == nil)
        #expect(try expected(["if-match": "\"12\""]) == 12)
        #expect(try expected(["if-match": "\"0\""]) == 0)
        #expect(try expected(["if-none-match": "*"]) == 0)
    }

    @Test("anything else is refused with what came", arguments: ["12", "*", "\"\"", "\"", "W/\"1\"", "\"-1\"", "\"x\""])
    func refused(tag: String) {
        #expect(throws: GatewayError.invalid("If-Match must be the ETag of an answer, like \"3\", got \(tag)")) {
            try expected(["if-match": tag])
        }
    }

    @Test func `a list of tags that must not match is refused`() {
        #expect(
            throws: GatewayError.invalid(
                "If-None-Match can only be * here: there must be no declaration; got \"3\"")
        ) { try expected(["if-none-match": "\"3\""]) }
    }

    @Test func `a stale change is 412, and every other failure stays what it is`() async throws {
        do {
            try await Revision.checked { throw RPCError(.failedPrecondition, "revision: expected 2, got 1") }
            Issue.record("nothing was thrown")
        } catch let problem as HTTPProblem {
            #expect(problem.status == 412 && problem.code == .failedPrecondition)
            #expect(problem.detail == "revision: expected 2, got 1")
        }
        await #expect(throws: RPCError(.notFound, "no")) {
            try await Revision.checked { throw RPCError(.notFound, "no") }
        }
    }
}
