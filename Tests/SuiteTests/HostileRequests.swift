import Contracts
import Foundation
import Fuzzing
import HTTPClient
import Simulator
import TestSupport

/// Requests to every public door that no honest client would make, each out of a seed of its own: what a good request
/// would hold, with some of it changed, so that much of it reaches the services and their tables.
struct HostileRequests {
    struct Door {
        let method: HTTPClientRequest.Method
        /// As the document has it, with parameters in braces.
        let path: String
        /// Names of the query's parameters.
        var queryNames: [String] = []
        /// Whole query strings, for doors whose parameters belong together.
        var queries: Mutator?
        /// Nil for a door that takes no body.
        var bodies: Mutator?
        var contentType = "application/json"
        var headers: [HTTPClientRequest.Header] = []

        var words: String { "\(method.rawValue) \(path)" }
    }

    struct Request {
        let door: Door
        let path: String
        let body: Data?
        let headers: [HTTPClientRequest.Header]
    }

    let doors: [Door]
    private let learners: [String]
    private let text: Mutator

    /// - Parameters:
    ///   - document: The OpenAPI document.
    ///   - learners: Ids of learners who are there.
    /// - Throws: ``TestSupportError`` for a door whose body nobody knows.
    init(_ document: Document, learners: [String]) throws {
        self.learners = learners
        text = Mutator(corpus: (learners + ["ada", "2026-09-20T10:15:30Z", "50"]).map { Array($0.utf8) }, grammar: .text)
        doors = try Self.documented(document, learners) + Self.xapi()
    }

    func request(seed: UInt64) -> Request {
        var source = SplitMix64(seed: seed)
        let door = doors[Int(seed % UInt64(doors.count))]
        var path = path(door.path, &source)
        let query = query(of: door, &source)
        if !query.isEmpty { path += (path.contains("?") ? "&" : "?") + query }
        var headers = door.headers
        if source.chance(0.2) { headers.append(Self.heads[source.index(below: Self.heads.count)]) }
        if door.bodies != nil, !headers.contains(where: { $0.name == "Content-Type" }) {
            headers.append(("Content-Type", door.contentType))
        }
        return Request(
            door: door, path: path, body: door.bodies.map { Data($0.input(seed: source.next())) }, headers: headers)
    }

    // MARK: - Addresses

    /// The path with a value for each parameter, more often a good one than not.
    private func path(_ pattern: String, _ source: inout SplitMix64) -> String {
        var before = ""
        return pattern.split(separator: "/").map { part -> String in
            defer { before = String(part) }
            guard part.hasPrefix("{") else { return "/" + part }
            guard source.chance(0.7) else { return "/" + hostile(&source) }
            let good = good(String(part.dropFirst().dropLast()), after: before)
            return "/" + Self.escaped(Array(good[source.index(below: good.count)].utf8))
        }.joined()
    }

    private func good(_ parameter: String, after part: String) -> [String] {
        switch (parameter, part) {
        case ("id", "learners"): learners
        case ("id", "courses"): ["knots"]
        case ("id", "course-runs"): ["r"]
        case ("id", "sources"), ("source", _): ["m", "xapi"]
        case ("id", "quarantine"): (1...9).map(String.init)
        case ("format", _): ["openedx", "caliper", "segment", "course-data", "oulad-clicks", "moodle-log"]
        case ("service", _): ["tracking", "prediction", "nudging", "notification"]
        case ("name", _): ["drifting-away"]
        case ("externalID", _): ["ada"]
        case ("token", _): [Data(#"{"parameters":{},"after":1790000000000000}"#.utf8).base64EncodedString()]
        default: ["1"]
        }
    }

    private func query(of door: Door, _ source: inout SplitMix64) -> String {
        if let queries = door.queries {
            let bytes = source.chance(0.3) ? queries.corpus[source.index(below: queries.corpus.count)] : nil
            return Self.escaped(bytes ?? Array(queries.input(seed: source.next()).prefix(4_000)), keeping: "&=%+")
        }
        return door.queryNames.filter { _ in source.chance(0.4) }.map { name in
            let good = Self.values[name] ?? ["m"]
            let value =
                source.chance(0.6)
                ? Self.escaped(Array(good[source.index(below: good.count)].utf8)) : hostile(&source)
            return "\(name)=\(value)"
        }.joined(separator: "&")
    }

    private static let values: [String: [String]] = [
        "pageSize": ["1", "500"], "since": ["2026-09-20T10:15:30Z", "0000-01-01T00:00:00Z"],
        "from": ["2026-07-20T10:15:30Z", "0000-01-01T00:00:00Z"],
        "until": ["0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "2026-09-20T10:15:30Z"], "asOf": ["2026-09-20T10:15:30Z"],
        "courseRun": ["r"], "band": ["high"], "state": ["waiting", "enrolled", "sent"], "status": ["quarantined"],
        "problem": ["missing"], "field": ["occurredAt"], "open": ["true"], "dryRun": ["true"], "backfill": ["true"],
        "inferred": ["false"], "given": ["courseRun=r"],
    ]

    private func hostile(_ source: inout SplitMix64) -> String {
        Self.escaped(Array(text.input(seed: source.next()).prefix(200)))
    }

    private static let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)

    private static func escaped(_ bytes: [UInt8], keeping kept: String = "") -> String {
        let plain = unreserved.union(kept.utf8)
        return bytes.map { byte in
            plain.contains(byte)
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    private static let heads: [HTTPClientRequest.Header] = [
        ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=latin-1"), ("Content-Encoding", "gzip"),
        ("Content-Encoding", "zstd"), ("Accept-Encoding", "gzip;q=0, *"), ("traceparent", "00-zz-00-01"),
        ("X-Request-Id", String(repeating: "x", count: 300)), ("Connect-Timeout-Ms", "99999999999"),
        ("Accept", "application/xml"), ("If-Match", "*"), ("If-None-Match", "\"1\", *"), ("Expect", "200-ok"),
        ("Cookie", "a=b"), ("Authorization", "Basic Og=="), ("X-Forwarded-For", "::1"), ("Range", "bytes=0-"),
    ]
}

/// So much of the OpenAPI document as says which doors there are.
extension HostileRequests {
    struct Document: Decodable {
        struct Parameter: Decodable {
            let name: String
            let place: String

            private enum CodingKeys: String, CodingKey {
                case name
                case place = "in"
            }
        }

        struct Schema: Decodable {
            let reference: String

            private enum CodingKeys: String, CodingKey {
                case reference = "$ref"
            }
        }

        struct Media: Decodable {
            let schema: Schema
        }

        struct Body: Decodable {
            let content: [String: Media]
        }

        struct Operation: Decodable {
            let parameters: [Parameter]?
            let requestBody: Body?
        }

        let paths: [String: [String: Operation]]
    }
}

// MARK: - Doors

extension HostileRequests {
    /// All but the clock, which moves every service.
    private static func documented(_ document: Document, _ learners: [String]) throws -> [Door] {
        var doors: [Door] = []
        for (path, operations) in document.paths where path != "/v1/clock" {
            for (verb, operation) in operations {
                guard let method = HTTPClientRequest.Method(rawValue: verb.uppercased()) else { continue }
                let queryNames = (operation.parameters ?? []).filter { $0.place == "query" }.map(\.name)
                doors.append(
                    Door(
                        method: method, path: path, queryNames: queryNames,
                        bodies: try bodies(operation, "\(verb) \(path)", learners)))
            }
        }
        return doors.sorted { $0.words < $1.words }
    }

    private static func bodies(_ operation: Document.Operation, _ door: String, _ learners: [String]) throws -> Mutator? {
        guard let reference = operation.requestBody?.content["application/json"]?.schema.reference else { return nil }
        let name = reference.replacing("#/components/schemas/", with: "")
        let bodies = try GoodBodies.of(name).map {
            $0.replacing("6f1c0f0e-3a51-4f7e-9b57-0d4c5c3f7a11", with: learners.last ?? "")
        }
        guard !bodies.isEmpty else { throw TestSupportError("no good body of \(door) is known: add \(name) to GoodBodies") }
        return mutator(bodies, .json)
    }

    private static func mutator(_ corpus: [String], _ grammar: Mutator.Grammar) -> Mutator {
        Mutator(corpus: corpus.map { Array($0.utf8) }, grammar: grammar)
    }

    /// The resources of xAPI are not in the document: their specification describes them.
    private static func xapi() -> [Door] {
        ["1.0.3", "2.0.0"].flatMap { version -> [Door] in
            let headers = [("X-Experience-API-Version", version)] as [HTTPClientRequest.Header]
            let (statements, path) = (mutator(Statements.all, .json), "/xapi/statements")
            var doors = [
                Door(method: .post, path: path, bodies: statements, headers: headers),
                Door(
                    method: .put, path: path, queries: mutator(["statementId=\(Statements.id)"], .text), bodies: statements,
                    headers: headers),
                Door(
                    method: .post, path: path, bodies: mutator([multipart], .bytes),
                    contentType: "multipart/mixed; boundary=b", headers: headers),
                Door(
                    method: .post, path: path, queries: mutator(["method=PUT", "method=GET"], .text),
                    bodies: mutator(Statements.queries.map { "X-Experience-API-Version=1.0.3&content=%7B%7D&\($0)" }, .text),
                    contentType: "application/x-www-form-urlencoded"),
                Door(method: .get, path: path, queries: mutator(Statements.queries, .text), headers: headers),
                Door(method: .get, path: path + "/more/{token}", headers: headers),
                Door(
                    method: .get, path: "/xapi/activities", queries: mutator(["activityId=http%3A%2F%2Fclass.example"], .text),
                    headers: headers),
                Door(
                    method: .get, path: "/xapi/agents",
                    queries: mutator(["agent=%7B%22mbox%22%3A%22mailto%3Aada%40class.example%22%7D"], .text),
                    headers: headers),
                Door(method: .get, path: "/xapi/about", headers: headers),
            ]
            for (kind, query) in zip(XAPIDocumentKind.allCases, Statements.documentQueries) {
                for method in [HTTPClientRequest.Method.put, .post, .get, .delete] {
                    let takesBody = [.put, .post].contains(method)
                    doors.append(
                        Door(
                            method: method, path: kind.path, queries: mutator([query], .text),
                            bodies: takesBody ? mutator([#"{"bookmark":"page-3","scores":[1,2]}"#], .json) : nil,
                            headers: headers))
                }
            }
            return doors
        }
    }

    private static let multipart =
        "--b\r\nContent-Type: application/json\r\n\r\n\(Statements.full)\r\n--b\r\nContent-Type: text/plain\r\n"
        + "Content-Transfer-Encoding: binary\r\nX-Experience-API-Hash: \(Statements.paperHash)\r\n\r\n\(Statements.paper)"
        + "\r\n--b--\r\n"
}
