import Contracts
import Foundation

/// `multipart/mixed` as xAPI uses it (Communication 1.5.2): statements first, then a part for each attachment.
enum MultipartMixed {
    struct Part: Sendable, Equatable {
        /// Names in lower case.
        var headers: [String: String]
        var body: Data
    }

    /// The boundary that a content type names; nil for a type without one.
    static func boundary(_ contentType: String) -> String? {
        for parameter in contentType.split(separator: ";").dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            guard pair.count == 2, pair[0].lowercased() == "boundary" else { continue }
            let value = pair[1].trimmingCharacters(in: ["\""])
            return (1...70).contains(value.utf8.count) ? value : nil
        }
        return nil
    }

    /// Takes a body apart (RFC 2046, 5.1.1). Preamble and epilogue are passed over.
    ///
    /// - Throws: ``GatewayError/invalid(_:)`` for a body that is not closed, or has a part without an empty line.
    static func parts(_ body: Data, boundary: String) throws(GatewayError) -> [Part] {
        let delimiter = Data("--\(boundary)".utf8)
        let lines = delimiterLines(body, delimiter)
        guard let last = lines.last, last.isClosing else {
            throw .invalid("body: expected parts between lines of --\(boundary), the last of them ending in --")
        }
        guard lines.count <= GatewayLimits.xapiPartsMax + 1 else {
            throw .invalid("body: expected at most \(GatewayLimits.xapiPartsMax) parts, got more")
        }
        var parts: [Part] = []
        for (line, next) in zip(lines, lines.dropFirst()) where !line.isClosing {
            parts.append(try part(body[line.end..<max(line.end, next.start)]))
        }
        return parts
    }

    private struct DelimiterLine {
        /// Where the line break before it begins.
        let start: Data.Index
        /// Behind its own line break.
        let end: Data.Index
        let isClosing: Bool
    }

    /// Lines that begin with the delimiter and hold nothing more but `--` and white space.
    private static func delimiterLines(_ body: Data, _ delimiter: Data) -> [DelimiterLine] {
        var lines: [DelimiterLine] = []
        var position = body.startIndex
        while let found = body.range(of: delimiter, in: position..<body.endIndex) {
            position = found.upperBound
            let isAtLineStart = found.lowerBound == body.startIndex || body[found.lowerBound - 1] == newline
            guard isAtLineStart else { continue }
            let lineEnd = body[position...].firstIndex(of: newline) ?? body.endIndex
            let rest = String(decoding: body[position..<lineEnd], as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            guard rest.isEmpty || rest == "--" else { continue }
            position = min(lineEnd + 1, body.endIndex)
            lines.append(
                DelimiterLine(
                    start: breakStart(before: found.lowerBound, body), end: position, isClosing: rest == "--"))
            if rest == "--" { break }
        }
        return lines
    }

    private static let newline = UInt8(ascii: "\n")

    /// The line break before a delimiter belongs to it, not to the part.
    private static func breakStart(before index: Data.Index, _ body: Data) -> Data.Index {
        guard index > body.startIndex else { return index }
        let isPair = index - 1 > body.startIndex && body[index - 2] == UInt8(ascii: "\r")
        return isPair ? index - 2 : index - 1
    }

    private static func part(_ bytes: Data) throws(GatewayError) -> Part {
        var headers: [String: String] = [:]
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let lineEnd = bytes[position...].firstIndex(of: newline) ?? bytes.endIndex
            let line = String(decoding: bytes[position..<lineEnd], as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
            position = min(lineEnd + 1, bytes.endIndex)
            guard !line.isEmpty else { return Part(headers: headers, body: Data(bytes[position...])) }
            let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { break }
            headers[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces)
        }
        throw .invalid("body: expected an empty line between the headers of a part and its content")
    }

    /// Puts a body together.
    static func body(_ parts: [Part], boundary: String) -> Data {
        var body = Data()
        for part in parts {
            body += Data("--\(boundary)\r\n".utf8)
            for (name, value) in part.headers.sorted(by: { $0.key < $1.key }) {
                body += Data("\(name): \(value)\r\n".utf8)
            }
            body += Data("\r\n".utf8) + part.body + Data("\r\n".utf8)
        }
        return body + Data("--\(boundary)--\r\n".utf8)
    }
}
