import Logging
import Tracing

/// The identity of one request as it travels, in the form of W3C Trace Context (`traceparent`).
public struct TraceContext: Sendable, Hashable {
    /// 32 lower-case hexadecimal digits, not all zero.
    public let traceID: String
    /// 16 lower-case hexadecimal digits, not all zero: the caller's step.
    public let spanID: String
    /// Whether somebody upstream records this trace.
    public let isSampled: Bool

    private init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// A new trace.
    public static func fresh() -> TraceContext {
        TraceContext(
            traceID: hex(UInt64.random(in: 1...UInt64.max)) + hex(UInt64.random(in: 1...UInt64.max)),
            spanID: hex(UInt64.random(in: 1...UInt64.max)), isSampled: true)
    }

    /// Reads `00-<trace id>-<span id>-<flags>`. Nil for anything that the specification calls invalid;
    /// versions above 00 are read by their first four fields, as it asks.
    public init?(traceparent: String) {
        let fields = traceparent.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard fields.count >= 4, fields[0].count == 2, fields[1].count == 32, fields[2].count == 16,
            fields[3].count == 2, fields[0...3].allSatisfy({ $0.allSatisfy(Self.isLowerHex) }),
            !fields[0].elementsEqual("ff".utf8), fields.count == 4 || !fields[0].elementsEqual("00".utf8),
            fields[1].contains(where: { $0 != UInt8(ascii: "0") }),
            fields[2].contains(where: { $0 != UInt8(ascii: "0") }),
            let flags = UInt8(String(Substring(fields[3])), radix: 16)
        else { return nil }
        traceID = String(Substring(fields[1]))
        spanID = String(Substring(fields[2]))
        isSampled = flags & 1 == 1
    }

    /// The next step of the same trace.
    public func child() -> TraceContext {
        TraceContext(
            traceID: traceID, spanID: Self.hex(UInt64.random(in: 1...UInt64.max)), isSampled: isSampled)
    }

    /// The header's value.
    public var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    private static func isLowerHex(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    private static func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

private enum TraceContextKey: ServiceContextKey {
    typealias Value = TraceContext
}

extension ServiceContext {
    /// The trace of the work being done; every log line written below it carries its id.
    public var traceContext: TraceContext? {
        get { self[TraceContextKey.self] }
        set { self[TraceContextKey.self] = newValue }
    }
}

extension TraceContext {
    /// The trace of the current task, if it has one.
    public static var current: TraceContext? { ServiceContext.current?.traceContext }

    /// Runs `body` as part of this trace.
    public func run<Answer>(
        isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Answer
    ) async rethrows -> Answer {
        var context = ServiceContext.current ?? .topLevel
        context.traceContext = self
        return try await ServiceContext.$current.withValue(context, operation: body)
    }

    /// Adds `trace.id` to each log line written inside a trace.
    static let logMetadata = Logger.MetadataProvider {
        guard let trace = TraceContext.current else { return [:] }
        return ["trace.id": "\(trace.traceID)"]
    }
}
