import Foundation
import Synchronization

/// Where log lines go: one write to one descriptor for each line, one line at a time.
public final class LogOutput: Sendable {
    /// The process's standard output.
    public static let standard = LogOutput(descriptor: 1)

    private let descriptor: Int32
    private let turn = Mutex(())

    public init(descriptor: Int32) { self.descriptor = descriptor }

    /// Writes the whole line. A reader that went away is no reason to stop serving, so a failing write is
    /// given up.
    @Sendable public func write(_ line: String) {
        let bytes = Array(line.utf8)
        turn.withLock { _ in
            bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while let start = UnsafeRawBufferPointer(rebasing: rest).baseAddress, !rest.isEmpty {
                    let count = Foundation.write(descriptor, start, rest.count)
                    if count < 0 && errno == EINTR { continue }
                    guard count > 0 else { return }
                    rest = rest.dropFirst(count)
                }
            }
        }
    }
}

/// Hides what must not stand in a log: anything that looks like a mail address, and API keys.
enum Masking {
    /// A quick look at the bytes: most lines hold nothing to mask, and every request writes one.
    private static func mayHold(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.indices.contains { index in
                bytes[index] == UInt8(ascii: "@")
                    || bytes[index] == UInt8(ascii: "_") && index >= 2 && bytes[index - 1] == UInt8(ascii: "f")
                        && bytes[index - 2] == UInt8(ascii: "h")
            }
        }
    }

    static func mask(_ text: String) -> String {
        guard mayHold(text) else { return text }
        return text.split(separator: " ", omittingEmptySubsequences: false)
            .map { word in
                if let at = word.firstIndex(of: "@"), at != word.startIndex,
                    word.index(after: at) != word.endIndex
                {
                    // An address of a database or a proxy has an "@" as well, and a password before it.
                    return "[masked]"
                }
                return word.contains("hf_") ? "[masked]" : String(word)
            }
            .joined(separator: " ")
    }
}
