import Foundation
import Testing

@testable import Contracts

/// Ids as texts.
@Suite struct IDTests {
    @Test func `an id is written as Foundation writes it, in lower case, and reads back in either case`() throws {
        for _ in 0..<500 {
            let uuid = UUID()
            let id = LearnerID(rawValue: uuid)
            #expect(id.description == uuid.uuidString.lowercased())
            #expect(LearnerID(id.description) == id)
            #expect(LearnerID(uuid.uuidString) == id)
        }
    }

    @Test("what is no UUID is none", arguments: [
        "", "ada", "123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-4266141740000",
        "123e4567_e89b-12d3-a456-426614174000", "123e4567-e89b-12d3-a456-42661417400g",
        "{23e4567-e89b-12d3-a456-42661417400}", "123e4567-e89b-12d3-a4564-26614174000",
    ])
    func refused(text: String) {
        #expect(LearnerID(text) == nil)
    }

    @Test func `ids are ordered as their texts are`() {
        let ids = (0..<300).map { _ in LearnerID(rawValue: UUID()) }
        #expect(ids.sorted() == ids.sorted { $0.description < $1.description })
    }
}
