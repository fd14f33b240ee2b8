import Contracts
import Foundation
import RPC
import Synchronization

/// What is refused first when there is more to do than can be done.
public enum RouteImportance: Sendable {
    /// Asked again by whoever needs it: shed first.
    case read
    /// Changes something: shed last.
    case write
    /// Never shed: an unsubscription must not wait for a quiet hour.
    case essential
}

/// The routes of a service, by method and pattern. Registered while the service is wired, before the first
/// request.
public final class HTTPRoutes: Sendable {
    public typealias Handler = @Sendable (HTTPServerRequest) async throws -> HTTPServerResponse

    struct Route: Sendable {
        let pattern: String
        let segments: [Segment]
        let maxBytes: Int
        let importance: RouteImportance
        let refusalHeaders: [(name: String, value: String)]
        let handler: Handler
    }

    enum Segment: Sendable, Equatable {
        case literal(String)
        case parameter(String)
    }

    enum Match: Sendable {
        case route(Route, parameters: [String: String])
        /// Something is here, but not for this method.
        case otherMethods([HTTPVerb])
        case nothing
    }

    private struct Table: Sendable {
        var routes: [HTTPVerb: [Route]] = [:]
        /// Those without a part in braces, by their path: found without a look at any other.
        var exact: [HTTPVerb: [String: Route]] = [:]
    }

    private let table = Mutex(Table())

    public init() {}

    /// Answers `verb` on `pattern`, in which a part in braces stands for any one segment:
    /// `/v1/learners/{id}`.
    ///
    /// A literal part wins over a part in braces. GET routes answer HEAD as well.
    ///
    /// - Parameters:
    ///   - maxBytes: Of the body, on the wire and unpacked; a longer one is answered with 413.
    ///   - importance: GET is a read and everything else a write, unless said otherwise.
    ///   - refusalHeaders: Go with an answer that the handler did not give: a body too large, a request too many.
    public func on(
        _ verb: HTTPVerb, _ pattern: String, maxBytes: Int = RPCWire.requestBytesMax,
        importance: RouteImportance? = nil, refusalHeaders: [(name: String, value: String)] = [],
        _ handler: @escaping Handler
    ) {
        let segments = Self.split(pattern).map { part in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? Segment.parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
        let route = Route(
            pattern: pattern, segments: segments, maxBytes: maxBytes,
            importance: importance ?? (verb == .get ? .read : .write), refusalHeaders: refusalHeaders, handler: handler)
        table.withLock { table in
            let clash = table.routes[verb, default: []].contains { Self.shape($0.segments) == Self.shape(segments) }
            precondition(!clash, "two routes answer \(verb.rawValue) \(pattern)")
            table.routes[verb, default: []].append(route)
            if !pattern.contains("{") { table.exact[verb, default: [:]][pattern] = route }
        }
    }

    /// Every registered method and pattern, sorted; the API's description is tested against it.
    public var all: [(verb: HTTPVerb, pattern: String)] {
        table.withLock { table in
            table.routes.flatMap { verb, list in list.map { (verb, $0.pattern) } }
        }.sorted { ($0.1, $0.0.rawValue) < ($1.1, $1.0.rawValue) }
    }

    func match(_ verb: HTTPVerb, _ path: String) -> Match {
        let wanted = verb == .head ? HTTPVerb.get : verb
        if let route = table.withLock({ $0.exact[wanted]?[path] }) { return .route(route, parameters: [:]) }
        let parts = Self.split(path).map { $0.removingPercentEncoding ?? String($0) }
        return table.withLock { table in
            if let route = Self.best(table.routes[wanted] ?? [], parts) {
                var parameters: [String: String] = [:]
                for (segment, part) in zip(route.segments, parts) {
                    if case .parameter(let name) = segment { parameters[name] = part }
                }
                return .route(route, parameters: parameters)
            }
            let others = HTTPVerb.allCases.filter { Self.best(table.routes[$0] ?? [], parts) != nil }
            return others.isEmpty ? .nothing : .otherMethods(others)
        }
    }

    private static func best(_ routes: [Route], _ parts: [String]) -> Route? {
        var best: Route?
        for route in routes where fits(route.segments, parts) {
            guard let known = best else {
                best = route
                continue
            }
            if literals(route.segments).lexicographicallyPrecedes(literals(known.segments)) { best = route }
        }
        return best
    }

    private static func fits(_ segments: [Segment], _ parts: [String]) -> Bool {
        guard segments.count == parts.count else { return false }
        return zip(segments, parts).allSatisfy { segment, part in
            switch segment {
            case .literal(let text): text == part
            case .parameter: !part.isEmpty
            }
        }
    }

    /// 0 for each literal part and 1 for each other: the smaller list is the more exact route.
    private static func literals(_ segments: [Segment]) -> [Int] {
        segments.map { if case .literal = $0 { 0 } else { 1 } }
    }

    private static func shape(_ segments: [Segment]) -> [String] {
        segments.map { if case .literal(let text) = $0 { text } else { "{}" } }
    }

    private static func split(_ path: String) -> [Substring] {
        path.dropFirst(path.hasPrefix("/") ? 1 : 0).split(separator: "/", omittingEmptySubsequences: false)
    }
}
