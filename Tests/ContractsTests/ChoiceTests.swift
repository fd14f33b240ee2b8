import Contracts
import Foundation
import Testing

/// One of a few words, and what is said of any other.
@Suite struct ChoiceTests {
    private struct Body: Codable, Equatable {
        var role: LearnerRole
    }

    @Test func `each word reads back as itself`() throws {
        for role in LearnerRole.allCases {
            let body = Body(role: role)
            let data = try JSONCoding.encoder().encode(body)
            #expect(String(decoding: data, as: UTF8.self) == #"{"role":"\#(role.rawValue)"}"#)
            #expect(try JSONCoding.decoder().decode(Body.self, from: data) == body)
        }
    }

    @Test func `any other word is refused with those that there are`() throws {
        let error = try #require(throws: DecodingError.self) {
            try JSONCoding.decoder().decode(Body.self, from: Data(#"{"role":"boss"}"#.utf8))
        }
        guard case .dataCorrupted(let context) = error else {
            Issue.record("another error: \(error)")
            return
        }
        #expect(context.codingPath.map(\.stringValue) == ["role"])
        #expect(context.debugDescription == #"it must be one of learner, staff, test, bot, got "boss""#)
    }
}
