import Contracts
import Foundation

/// A statement that passed every rule, and what the store and the log need of it.
struct XAPIStatement: Sendable {
    let id: UUID
    /// As the client wrote it.
    let raw: String
    /// Its own, or the one that it gets.
    let version: String
    /// When it happened, by the client; nil when the client did not say.
    let timestamp: Date?
    /// Equal for equal statements.
    let digest: Data
    let terms: Set<XAPITerm>
    /// The statement that it is about.
    let target: UUID?
    let isVoiding: Bool
    /// What it says of activities, in order: id and definition as JSON.
    let definitions: [(activity: String, definition: String)]
    /// Hashes of its attachments, in lower case.
    let attachments: [String]
    let view: XAPIView
    let node: Int

    /// - Parameter id: The one it has, or gets.
    init(_ view: XAPIView, _ node: Int, id: UUID, version: XAPIVersion) {
        let tape = view.tape
        self.view = view
        self.node = node
        self.id = id
        raw = String(decoding: tape.bytes[tape.range(node)], as: UTF8.self)
        self.version = view.text(node, "version") ?? version.ofBareStatement
        timestamp = view.text(node, "timestamp").flatMap { XAPITime.instant($0, zoneIsOptional: true) }
        digest = XAPIComparison(view).digest(node)
        terms = view.terms(node)
        target = view.target(node)
        isVoiding = view.text(view.member(node, "verb"), "id") == XAPIReader.voided
        definitions = view.activities(node).compactMap { activity in
            guard let id = view.text(activity, "id"), let definition = view.member(activity, "definition") else {
                return nil
            }
            return (id, String(decoding: tape.bytes[tape.range(definition)], as: UTF8.self))
        }
        attachments = view.attachments(node).compactMap { view.text($0, "sha2")?.lowercased() }
    }
}

extension XAPIView {
    /// The attachments of a statement and of the one inside it.
    func attachments(_ statement: Int) -> [Int] {
        [statement, subStatement(statement)].compactMap { $0 }.flatMap { elements(member($0, "attachments")) }
    }
}
