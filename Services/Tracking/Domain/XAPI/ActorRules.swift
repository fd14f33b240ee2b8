import Contracts
import Foundation

/// The ways in which an Agent or Group is recognised: Inverse Functional Identifiers.
enum XAPIIdentifier: String, CaseIterable {
    case mbox, mbox_sha1sum, openid, account
}

/// What xAPI asks of Agents and Groups (Data 2.4.2).
extension XAPIReader {
    private static let identifiers = Set(XAPIIdentifier.allCases.map(\.rawValue))
    private static let agentProperties = identifiers.union(["objectType", "name"])
    private static let groupProperties = agentProperties.union(["member"])

    /// An Agent or a Group; without `objectType` an Agent.
    func actor(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        if try objectType(of: node, place, ["Agent", "Group"]) == "Group" {
            try group(node, place)
        } else {
            try agent(node, place)
        }
    }

    /// The `objectType` of an object, which must be one of `allowed`; nil when it has none.
    func objectType(of node: Int, _ place: XAPIPlace, _ allowed: [String]) throws(EventProblem) -> String? {
        guard tape.kind(node) == .object else { throw refusal(place, expected: "an object", got: node) }
        guard let type = tape.members(node).first(where: { $0.name == "objectType" })?.value else { return nil }
        return try text(type, place.at("objectType"), allowed.joined(separator: " or "), where: allowed.contains)
    }

    /// An Agent: exactly one identifier.
    func agent(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let members = try object(node, place, Self.agentProperties)
        if let type = members["objectType"] {
            try text(type, place.at("objectType"), "Agent") { $0 == "Agent" }
        }
        try name(members, place)
        guard try identifier(members, place) != nil else {
            throw EventProblem(
                place.description, expected: "one of mbox, mbox_sha1sum, openid and account", got: "none")
        }
    }

    /// A Group: at most one identifier; without one, members.
    func group(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let members = try object(node, place, Self.groupProperties)
        let type = try required(members, "objectType", place, "Group")
        try text(type, place.at("objectType"), "Group") { $0 == "Group" }
        try name(members, place)
        let isAnonymous = try identifier(members, place) == nil
        guard let list = members["member"] else {
            guard !isAnonymous else {
                throw EventProblem(
                    place.at("member").description, expected: "the Agents of a Group without identifier",
                    got: "nothing")
            }
            return
        }
        let agents = try array(list, place.at("member"), of: "Agents")
        if isAnonymous, agents.isEmpty {
            throw EventProblem(place.at("member").description, expected: "at least one Agent", got: "none")
        }
        for (index, member) in agents.enumerated() { try agent(member, place.at("member").at(index)) }
    }

    /// An Agent, or the anonymous Group of an application and a person (Data 2.4.9).
    func authority(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        guard try objectType(of: node, place, ["Agent", "Group"]) == "Group" else {
            return try agent(node, place)
        }
        try group(node, place)
        let members = try openObject(node, place)
        if let name = members.keys.first(where: Self.identifiers.contains) {
            throw EventProblem(
                place.at(name).description, expected: "nothing in an authority of two Agents", got: "a value")
        }
        let count = members["member"].map { Array(tape.elements($0)).count } ?? 0
        guard count == 2 else {
            throw EventProblem(place.at("member").description, expected: "two Agents", got: "\(count)")
        }
    }

    private func name(_ members: Members, _ place: XAPIPlace) throws(EventProblem) {
        if let name = members["name"] { try text(name, place.at("name")) }
    }

    /// The one identifier, checked; nil when there is none.
    private func identifier(_ members: Members, _ place: XAPIPlace) throws(EventProblem) -> XAPIIdentifier? {
        let given = XAPIIdentifier.allCases.filter { members[$0.rawValue] != nil }
        guard given.count <= 1 else {
            throw EventProblem(
                place.description, expected: "one of mbox, mbox_sha1sum, openid and account",
                got: given.map(\.rawValue).joined(separator: " and "))
        }
        guard let identifier = given.first, let node = members[identifier.rawValue] else { return nil }
        let here = place.at(identifier.rawValue)
        switch identifier {
        case .mbox:
            try text(node, here, "an address like mailto:ada@school.example", where: XAPIFormats.isMailbox)
        case .mbox_sha1sum: try text(node, here, "40 hexadecimal digits", where: XAPIFormats.isSHA1)
        case .openid: try iri(node, here)
        case .account: try account(node, here)
        }
        return identifier
    }

    private func account(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let members = try object(node, place, ["homePage", "name"])
        try iri(try required(members, "homePage", place, "the IRL of the account's system"), place.at("homePage"))
        try text(try required(members, "name", place, "the account's name"), place.at("name"))
    }
}
