import Contracts
import Foundation

/// Looks a JSON document over before it is decoded, and refuses what the decoder would take and nobody
/// could keep.
///
/// Foundation accepts NUL in strings, which PostgreSQL refuses and C cuts at, and 512 levels of nesting.
/// One pass over the bytes; what is not JSON at all is left for the decoder to say.
public enum JSONGuard {
    /// Deeper than any document of ours, far from any stack's end.
    public static let depthMax = 32

    /// - Throws: `invalid_argument` with a sentence that names the first thing refused.
    public static func check(_ data: Data) throws {
        var depth = 0
        var isInString = false
        try data.withUnsafeBytes { bytes in
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                if byte == 0 { throw refusal("a NUL character") }
                if isInString {
                    if byte == UInt8(ascii: "\\") {
                        if isNulEscape(bytes, at: index) { throw refusal("a NUL character (\\u0000)") }
                        index += 1
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                    }
                } else {
                    switch byte {
                    case UInt8(ascii: "\""): isInString = true
                    case UInt8(ascii: "{"), UInt8(ascii: "["):
                        depth += 1
                        if depth > depthMax { throw refusal("more than \(depthMax) levels of nesting") }
                    case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                    default: break
                    }
                }
                index += 1
            }
        }
    }

    private static func isNulEscape(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Bool {
        guard index + 5 < bytes.count, bytes[index + 1] == UInt8(ascii: "u") else { return false }
        return bytes[(index + 2)...(index + 5)].allSatisfy { $0 == UInt8(ascii: "0") }
    }

    private static func refusal(_ what: String) -> RPCError {
        RPCError(.invalidArgument, "the JSON document must not contain \(what)")
    }

    /// Checks and decodes, with errors that name the place and what was expected there.
    public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
        try check(data)
        // An empty body stands for a request without fields, as in the protocol's other encoding.
        let document = data.isEmpty ? Data("{}".utf8) : data
        do {
            return try JSONCoding.decoder().decode(type, from: document)
        } catch let error as DecodingError {
            throw RPCError(.invalidArgument, sentence(for: error))
        }
    }

    private static func sentence(for error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "the field \(path(context.codingPath + [key])) is missing"
        case .valueNotFound(_, let context):
            "the field \(path(context.codingPath)) must not be null"
        case .typeMismatch(let type, let context):
            "the field \(path(context.codingPath)) must be \(words(for: type))"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            // Foundation on Linux says the same of broken JSON and of a number that its field cannot hold.
            "the body is not a valid JSON document, or a number in it does not fit its field"
        case .dataCorrupted(let context):
            "the field \(path(context.codingPath)) cannot be read: \(context.debugDescription)"
        @unknown default: "the body cannot be read"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        guard !keys.isEmpty else { return "(the whole document)" }
        return keys.reduce("") { path, key in
            if let index = key.intValue { return "\(path)[\(index)]" }
            return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
        }
    }

    private static func words(for type: Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is any BinaryInteger.Type: "a whole number"
        case is any BinaryFloatingPoint.Type: "a number"
        case is Bool.Type: "true or false"
        case is any Collection.Type where !"\(type)".hasPrefix("Dictionary"): "an array"
        default: "an object"
        }
    }
}
