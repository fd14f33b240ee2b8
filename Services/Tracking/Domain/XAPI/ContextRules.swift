import Contracts
import Foundation

/// What xAPI asks of results, contexts and attachments (Data 2.4.5, 2.4.6 and 2.4.11).
extension XAPIReader {
    private static let contextProperties: Set<String> = [
        "registration", "instructor", "team", "contextActivities", "revision", "platform", "language", "statement",
        "extensions",
    ]
    static let contextActivityKeys = ["parent", "grouping", "category", "other"]

    // MARK: Result

    func result(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let members = try object(
            node, place, ["score", "success", "completion", "response", "duration", "extensions"])
        if let score = members["score"] { try self.score(score, place.at("score")) }
        for name in ["success", "completion"] {
            if let value = members[name] { try flag(value, place.at(name)) }
        }
        if let response = members["response"] { try text(response, place.at("response")) }
        if let duration = members["duration"] {
            try text(duration, place.at("duration"), "a duration like PT1H30M") { XAPITime.span($0) != nil }
        }
        if let value = members["extensions"] { try extensions(value, place.at("extensions")) }
    }

    private func score(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let members = try object(node, place, ["scaled", "raw", "min", "max"])
        func value(_ name: String) throws(EventProblem) -> Double? {
            guard let node = members[name] else { return nil }
            return try number(node, place.at(name))
        }
        let (scaled, raw, low, high) = (
            try value("scaled"), try value("raw"), try value("min"), try value("max")
        )
        if let scaled, !(-1...1).contains(scaled) {
            throw refusal(place.at("scaled"), expected: "a number from -1 to 1", got: members["scaled"])
        }
        if let low, let high, low >= high {
            throw refusal(place.at("min"), expected: "a number below max (\(high))", got: members["min"])
        }
        if let raw, let low, raw < low {
            throw refusal(place.at("raw"), expected: "a number not below min (\(low))", got: members["raw"])
        }
        if let raw, let high, raw > high {
            throw refusal(place.at("raw"), expected: "a number not above max (\(high))", got: members["raw"])
        }
    }

    // MARK: Context

    /// - Parameter isAboutActivity: Whether the statement's object is an Activity, without which neither `revision` nor
    ///   `platform` means anything.
    func context(_ node: Int, _ place: XAPIPlace, isAboutActivity: Bool) throws(EventProblem) {
        let allowed =
            version == .v2
            ? Self.contextProperties.union(["contextAgents", "contextGroups"]) : Self.contextProperties
        let members = try object(node, place, allowed)
        if let registration = members["registration"] { try uuid(registration, place.at("registration")) }
        if let instructor = members["instructor"] { try actor(instructor, place.at("instructor")) }
        if let team = members["team"] { try group(team, place.at("team")) }
        if let activities = members["contextActivities"] {
            try contextActivities(activities, place.at("contextActivities"))
        }
        try contextActors(members, place)
        for name in ["revision", "platform"] {
            guard let value = members[name] else { continue }
            try text(value, place.at(name))
            guard isAboutActivity else {
                throw EventProblem(
                    place.at(name).description, expected: "nothing when the object is no Activity", got: "a value")
            }
        }
        if let language = members["language"] {
            try languageTag(try text(language, place.at("language")), place.at("language"))
        }
        if let statement = members["statement"] { try statementReference(statement, place.at("statement")) }
        if let value = members["extensions"] { try extensions(value, place.at("extensions")) }
    }

    private func contextActivities(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        for (name, value) in try object(node, place, Set(Self.contextActivityKeys)) {
            // A single Activity is allowed for old clients, and stands for an array of one.
            guard tape.kind(value) == .array else {
                try activity(value, place.at(name))
                continue
            }
            for (index, element) in tape.elements(value).enumerated() {
                try activity(element, place.at(name).at(index))
            }
        }
    }

    /// Who else was part of it, and in which role: version 2.0.
    private func contextActors(_ members: Members, _ place: XAPIPlace) throws(EventProblem) {
        for (list, type, property) in [
            ("contextAgents", "contextAgent", "agent"), ("contextGroups", "contextGroup", "group"),
        ] {
            guard let node = members[list] else { continue }
            for (index, element) in try array(node, place.at(list), of: "\(type) objects").enumerated() {
                let here = place.at(list).at(index)
                let members = try object(element, here, ["objectType", property, "relevantTypes"])
                try text(
                    try required(members, "objectType", here, type), here.at("objectType"), type
                ) { $0 == type }
                let actor = try required(members, property, here, "an object")
                if property == "group" {
                    try group(actor, here.at(property))
                } else {
                    try agent(actor, here.at(property))
                }
                if let types = members["relevantTypes"] {
                    try relevantTypes(types, here.at("relevantTypes"))
                }
            }
        }
    }

    private func relevantTypes(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let types = try array(node, place, of: "IRIs")
        guard !types.isEmpty else {
            throw EventProblem(place.description, expected: "at least one IRI", got: "none")
        }
        for (index, type) in types.enumerated() { try iri(type, place.at(index)) }
    }

    /// A reference to another statement; answers with its id.
    @discardableResult
    func statementReference(_ node: Int, _ place: XAPIPlace) throws(EventProblem) -> String {
        let members = try object(node, place, ["objectType", "id"])
        let type = try required(members, "objectType", place, "StatementRef")
        try text(type, place.at("objectType"), "StatementRef") { $0 == "StatementRef" }
        return try uuid(try required(members, "id", place, "the statement's id"), place.at("id"))
    }

    // MARK: Attachments

    func attachments(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        for (index, element) in try array(node, place, of: "attachments").enumerated() {
            try attachment(element, place.at(index))
        }
    }

    private func attachment(_ node: Int, _ place: XAPIPlace) throws(EventProblem) {
        let members = try object(
            node, place,
            ["usageType", "display", "description", "contentType", "length", "sha2", "fileUrl"])
        try iri(try required(members, "usageType", place, "an IRI"), place.at("usageType"))
        try languageMap(try required(members, "display", place, "a language map"), place.at("display"))
        if let map = members["description"] { try languageMap(map, place.at("description")) }
        try text(
            try required(members, "contentType", place, "a media type"), place.at("contentType"),
            "a media type like text/plain", where: XAPIFormats.isMediaType)
        let length = try required(members, "length", place, "the number of bytes")
        let bytes = try number(length, place.at("length"))
        guard bytes >= 0, bytes == bytes.rounded() else {
            throw refusal(place.at("length"), expected: "a whole number of bytes", got: length)
        }
        try text(
            try required(members, "sha2", place, "the hash of the content"), place.at("sha2"),
            "a SHA-2 in hexadecimal digits", where: XAPIFormats.isSHA2)
        if let url = members["fileUrl"] { try iri(url, place.at("fileUrl")) }
    }
}
