import Foundation

/// A fresh directory of this test's own, removed when the last reference to it goes.
public final class TemporaryDirectory: Sendable {
    /// Where it is.
    public let url: URL

    /// Makes the directory, readable by this user only.
    public init(_ purpose: String = "test") throws {
        url = try Self.make(purpose)
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: url)
        } catch {
            // A test may have removed or moved it itself; then nothing is left to do.
            return
        }
    }

    /// Makes a directory that nobody removes by itself: the caller sees to that.
    static func make(_ purpose: String) throws -> URL {
        let template = FileManager.default.temporaryDirectory.appendingPathComponent(
            "holdfast-\(purpose)-" + String(repeating: "X", count: 6)
        ).path
        var bytes = Array(template.utf8CString)
        guard mkdtemp(&bytes) != nil else {
            throw TestSupportError("cannot make a directory like \(template): error \(errno)")
        }
        let path = String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return URL(fileURLWithPath: path, isDirectory: true)
    }
}
