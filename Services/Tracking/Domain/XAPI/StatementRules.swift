import Contracts
import Foundation

/// What xAPI asks of a statement as a whole, and of one inside another (Data 2.2, 2.3.2, 2.4 and 2.4.4.3).
extension XAPIReader {
    static let voided = "http://adlnet.gov/expapi/verbs/voided"
    private static let partProperties: Set<String> = [
        "actor", "verb", "object", "result", "context", "timestamp", "attachments",
    ]
    private static let statementProperties = partProperties.union(["id", "stored", "authority", "version"])
    private static let subStatementProperties = partProperties.union(["objectType"])

    /// Passes a statement that follows every rule.
    ///
    /// - Throws: The first thing that is wrong, by its place.
    func statement(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let members = try object(node, place, Self.statementProperties)
        if let id = members["id"] { try uuid(id, place.at("id")) }
        let verb = try parts(members, place, mayNest: true)
        if verb == Self.voided { try voids(members, place) }
        if let stored = members["stored"] { try instant(stored, place.at("stored")) }
        if let authority = members["authority"] { try self.authority(authority, place.at("authority")) }
        guard let stated = members["version"] else { return }
        let expected = version == .v1 ? "1.0 or 1.0.x" : "2.0.x or 1.0.x"
        try text(stated, place.at("version"), expected, where: version.allowsStatement)
    }

    /// What statement and sub-statement have in common; answers with the verb's id.
    private func parts(_ members: Members, _ place: XAPIPlace, mayNest: Bool) throws(EventProblem) -> String {
        try actor(try required(members, "actor", place, "an Agent or a Group"), place.at("actor"))
        let verb = try self.verb(try required(members, "verb", place, "a verb"), place.at("verb"))
        let object = try required(members, "object", place, "an object")
        let isAboutActivity = try self.object(object, place.at("object"), mayNest: mayNest)
        if let result = members["result"] { try self.result(result, place.at("result")) }
        if let context = members["context"] {
            try self.context(context, place.at("context"), isAboutActivity: isAboutActivity)
        }
        if let timestamp = members["timestamp"] { try instant(timestamp, place.at("timestamp")) }
        if let list = members["attachments"] { try attachments(list, place.at("attachments")) }
        return verb
    }

    /// The object; answers whether it is an Activity.
    private func object(_ node: Int, _ place: XAPIPlace, mayNest: Bool) throws(EventProblem) -> Bool {
        let types = ["Activity", "Agent", "Group", "StatementRef"] + (mayNest ? ["SubStatement"] : [])
        switch try objectType(of: node, place, types) {
        case "Agent": try agent(node, place)
        case "Group": try group(node, place)
        case "StatementRef": try statementReference(node, place)
        case "SubStatement":
            _ = try parts(try object(node, place, Self.subStatementProperties), place, mayNest: false)
        default:
            try activity(node, place)
            return true
        }
        return false
    }

    private func voids(_ members: Members, _ place: XAPIPlace) throws(EventProblem) {
        guard let object = members["object"],
            try objectType(of: object, place.at("object"), ["StatementRef"]) != nil
        else {
            throw EventProblem(
                place.at("object.objectType").description,
                expected: "StatementRef, because the verb voids a statement", got: "nothing")
        }
    }
}
