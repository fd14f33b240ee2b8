import Contracts
import Foundation
import HTTPServer
import Runtime

/// One request of the public API, by somebody who may make it.
struct APIRequest: Sendable {
    let http: HTTPServerRequest
    let principal: Principal

    var trace: TraceContext { http.trace }

    /// A parameter of the path, as a checked value.
    func parameter<Value>(_ name: String, expected: String, _ parse: (String) -> Value?) throws -> Value {
        let text = try http.parameter(name)
        guard let value = parse(text) else {
            throw GatewayError.invalid("\(name) must be \(expected), got \"\(text.prefix(80))\"")
        }
        return value
    }

    /// A parameter of the query, as a checked value; nil when it is not there or empty.
    func query<Value>(_ name: String, expected: String, _ parse: (String) -> Value?) throws -> Value? {
        guard let text = http.query(name) else { return nil }
        guard let value = parse(text) else {
            throw GatewayError.invalid("\(name) must be \(expected), got \"\(text.prefix(80))\"")
        }
        return value
    }
}

// MARK: - What several doors read

extension APIRequest {
    /// Who asks, for the audit of what is changed: the id of the key.
    var actor: String { principal.keyID.uuidString.lowercased() }

    /// `pageSize` and `pageToken`.
    func page() throws -> PageRequest {
        PageRequest(
            size: try query("pageSize", expected: "a whole number that is not negative") { text in
                Int(text).flatMap { $0 >= 0 ? $0 : nil }
            },
            token: http.query("pageToken"))
    }

    /// One of a few words of the query.
    func choice<Value: Choice>(_ name: String, of choices: [Value] = Array(Value.allCases)) throws -> Value? {
        let words = choices.map(\.rawValue)
        return try query(name, expected: "one of \(words.joined(separator: ", "))") { text in
            words.contains(text) ? Value(rawValue: text) : nil
        }
    }

    /// A time of the query, such as `since`.
    func time(_ name: String) throws -> Date? {
        try query(name, expected: "a time like 2026-11-23T10:15:30Z", RFC3339.date(from:))
    }

    /// The learner that the query names.
    func learner() throws -> LearnerID? {
        try query("learner", expected: "a learner's id (a UUID)", LearnerID.init(_:))
    }

    /// The course run that the query names.
    func courseRun() throws -> CourseRunID? {
        try query("courseRun", expected: "a course run's id", CourseRunID.init(_:))
    }

    /// The learner whom the path names.
    func learnerID() throws -> LearnerID {
        try parameter("id", expected: "a learner's id (a UUID)", LearnerID.init(_:))
    }

    /// The course run that the path names.
    func courseRunID() throws -> CourseRunID {
        try parameter("id", expected: "a course run's id", CourseRunID.init(_:))
    }

    /// The source that the path names.
    func sourceID() throws -> SourceID {
        try parameter("id", expected: "a source's name", SourceID.init(_:))
    }
}
