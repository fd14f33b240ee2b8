import Contracts
import Foundation
import Logging

/// Writes each log line as one JSON object: `ts`, `level`, `service`, `msg`, then the keys of the metadata.
///
/// Nothing personal belongs in a log. Callers log ids only; as a second wall, everything that looks like a
/// mail address or one of our API keys is masked here.
public struct JSONLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let service: String
    private let write: @Sendable (String) -> Void

    /// - Parameters:
    ///   - label: The part of the service that speaks.
    ///   - write: Takes each finished line, with its newline.
    public init(
        label: String, service: String, level: Logger.Level,
        write: @escaping @Sendable (String) -> Void = LogOutput.standard.write
    ) {
        self.label = label
        self.service = service
        self.write = write
        logLevel = level
        metadataProvider = TraceContext.logMetadata
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        // What is said with the line goes before the rest; mostly there is nothing else.
        var fields = event.metadata ?? [:]
        if let provided = metadataProvider?.get() { fields.merge(provided) { given, _ in given } }
        if !metadata.isEmpty { fields.merge(metadata) { given, _ in given } }
        var line = JSONWriter(capacity: 512)
        line.raw("{\"ts\":\"\(RFC3339.string(from: Date()))\",\"level\":\"\(event.level)\",\"service\":")
        line.quoted(service)
        line.raw(",\"logger\":")
        line.quoted(label)
        line.raw(",\"msg\":")
        line.quoted(Masking.mask(event.message.description))
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line.raw(",")
            line.quoted(key)
            line.raw(":")
            Self.append(value, to: &line)
        }
        line.raw("}\n")
        write(line.text)
    }

    private static func append(_ value: Logger.Metadata.Value, to line: inout JSONWriter) {
        switch value {
        case .string(let text): line.quoted(Masking.mask(text))
        case .stringConvertible(let number as Double) where number.isFinite: line.raw("\(number)")
        case .stringConvertible(let number as any FixedWidthInteger): line.raw("\(number)")
        case .stringConvertible(let claim as Bool): line.raw(claim ? "true" : "false")
        case .stringConvertible(let other): line.quoted(Masking.mask(other.description))
        case .array(let values):
            line.raw("[")
            for (index, value) in values.enumerated() {
                if index > 0 { line.raw(",") }
                append(value, to: &line)
            }
            line.raw("]")
        case .dictionary(let values):
            line.raw("{")
            for (index, (key, value)) in values.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { line.raw(",") }
                line.quoted(key)
                line.raw(":")
                append(value, to: &line)
            }
            line.raw("}")
        }
    }
}
