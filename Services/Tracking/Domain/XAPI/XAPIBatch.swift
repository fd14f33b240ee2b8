import Contracts
import Crypto
import Foundation

/// The statements of one request: all of them in order, or the reason why none is taken.
struct XAPIBatch: Sendable {
    let statements: [XAPIStatement]
    /// Files by hash; only those that a statement has as attachment.
    let attachments: [RecordStatements.Attachment]

    /// Reads and checks a request.
    ///
    /// - Parameter makeID: Gives an id to each statement that came without one.
    /// - Throws: The first thing that is wrong, by its place.
    init(_ request: RecordStatements.Request, makeID: () -> UUID) throws(EventProblem) {
        let tape: JSONTape
        do {
            tape = try JSONTape(Data(request.statements.utf8), depthMax: TrackingLimits.xapiDepthMax)
        } catch {
            throw EventProblem("body", expected: "a statement or an array of them as JSON", got: "\(error)")
        }
        let nodes = try Self.nodes(tape, isPut: request.statementID != nil)
        let put = try Self.putID(request.statementID)
        let reader = XAPIReader(tape: tape, version: request.version)
        let view = XAPIView(tape: tape)
        var statements: [XAPIStatement] = []
        var seen: Set<UUID> = []
        for (index, node) in nodes.enumerated() {
            let place = tape.kind(JSONTape.root) == .array ? XAPIPlace.root("").at(index) : .root("")
            try reader.statement(node, place)
            let own = view.text(node, "id").flatMap(XAPIFormats.uuid)
            if let put, let own, put != own {
                throw EventProblem(
                    "id", expected: "the statementId of the request (\(put.uuidString.lowercased()))",
                    got: own.uuidString.lowercased())
            }
            let id = own ?? put ?? makeID()
            guard seen.insert(id).inserted else {
                throw EventProblem(
                    place.at("id").description, expected: "an id that no other statement of the request has",
                    got: "\(id.uuidString.lowercased()) again")
            }
            statements.append(XAPIStatement(view, node, id: id, version: request.version))
        }
        self.statements = statements
        attachments = try Self.attachments(request.attachments, of: statements)
        for statement in statements { try XAPISignature.check(statement, attachments) }
    }

    private static func nodes(_ tape: JSONTape, isPut: Bool) throws(EventProblem) -> [Int] {
        switch tape.kind(JSONTape.root) {
        case .object: return [JSONTape.root]
        case .array where !isPut:
            let nodes = Array(tape.elements(JSONTape.root))
            guard nodes.count <= TrackingLimits.xapiStatementsPerRequestMax else {
                throw EventProblem(
                    "body", expected: "at most \(Words.count(TrackingLimits.xapiStatementsPerRequestMax)) statements",
                    got: Words.count(nodes.count))
            }
            return nodes
        default:
            throw EventProblem(
                "body", expected: isPut ? "one statement" : "a statement or an array of them",
                got: tape.words(JSONTape.root))
        }
    }

    private static func putID(_ text: String?) throws(EventProblem) -> UUID? {
        guard let text else { return nil }
        guard let id = XAPIFormats.uuid(text) else {
            throw EventProblem(
                "statementId", expected: "a UUID of 36 characters", got: "\"\(JSONTape.clipped(text))\"")
        }
        return id
    }

    /// Every part belongs to an attachment, and every attachment has a part or an address (Communication 1.5).
    private static func attachments(
        _ parts: [RecordStatements.Attachment]?, of statements: [XAPIStatement]
    ) throws(EventProblem) -> [RecordStatements.Attachment] {
        let wanted = Set(statements.flatMap(\.attachments))
        let given = Set((parts ?? []).map(\.sha2))
        if let stray = given.subtracting(wanted).sorted().first {
            throw EventProblem(
                "x-experience-api-hash", expected: "the sha2 of an attachment of a statement",
                got: "\"\(JSONTape.clipped(stray))\"")
        }
        for statement in statements {
            for node in statement.view.attachments(statement.node) {
                guard let sha2 = statement.view.text(node, "sha2")?.lowercased() else { continue }
                if !given.contains(sha2), statement.view.text(node, "fileUrl") == nil {
                    throw EventProblem(
                        "attachments.fileUrl", expected: "an address, or a part of the request with the content",
                        got: "nothing for \(JSONTape.clipped(sha2))")
                }
            }
        }
        return parts ?? []
    }
}

extension RecordStatements.Attachment {
    /// Whether the content has the hash that it is named by. The specification asks that part and statement name the
    /// same hash, and leaves it at that; a client that damages what it sends is still heard, and the damaged content
    /// gives way to the right one as soon as that comes.
    var isGenuine: Bool {
        switch sha2.utf8.count {
        case 64: XAPIHash.hex(SHA256.hash(data: content)) == sha2
        case 96: XAPIHash.hex(SHA384.hash(data: content)) == sha2
        case 128: XAPIHash.hex(SHA512.hash(data: content)) == sha2
        default: false
        }
    }
}
