import Contracts
import Foundation

/// A folder of .eml files, one a delivery. Blocks; used on threads of its own.
struct MailFolder: Sendable {
    /// An operating system's refusal, with what was tried.
    struct Failure: Error, CustomStringConvertible {
        let action: String
        let code: Int32
        var description: String { "\(action): \(String(cString: strerror(code)))" }
    }

    private let folder: URL

    init(_ folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// Writes a mail under its delivery's name, unless one is there already; answers with the size of what is there.
    ///
    /// Written aside, synced, then linked to its name: `link` never replaces, so of two writers the first one wins.
    func write(_ data: Data, as delivery: DeliveryID) throws -> Int {
        let path = path(of: delivery)
        if let size = try size(at: path) { return size }
        let aside = folder.appending(path: ".\(delivery).\(UUID().uuidString)").path
        let file = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(action: "create", code: errno) }
        defer { unlink(aside) }
        do {
            defer { Foundation.close(file) }
            try Self.write(data, to: file)
            guard fsync(file) == 0 else { throw Failure(action: "sync", code: errno) }
        }
        guard link(aside, path) == 0 || errno == EEXIST else { throw Failure(action: "link", code: errno) }
        return try size(at: path) ?? data.count
    }

    /// Makes the names of written files as lasting as their contents.
    func sync() throws {
        let directory = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw Failure(action: "open folder", code: errno) }
        defer { Foundation.close(directory) }
        guard fsync(directory) == 0 else { throw Failure(action: "sync folder", code: errno) }
    }

    func read(_ delivery: DeliveryID) throws -> Data? {
        let path = path(of: delivery)
        guard let size = try size(at: path) else { return nil }
        guard size <= NotificationLimits.storedMessageMax else {
            throw NotificationError.unreadable("the stored mail has \(size) octets")
        }
        return try Data(contentsOf: URL(filePath: path))
    }

    /// A delivery's id is hexadecimal digits and hyphens: no name that it makes leads out of the folder.
    private func path(of delivery: DeliveryID) -> String { folder.appending(path: "\(delivery).eml").path }

    private func size(at path: String) throws -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw Failure(action: "look", code: errno)
        }
        return Int(status.st_size)
    }

    private static func write(_ data: Data, to file: Int32) throws {
        try data.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = Foundation.write(file, buffer.baseAddress.map { $0 + done }, buffer.count - done)
                if count < 0 {
                    if errno == EINTR { continue }
                    throw Failure(action: "write", code: errno)
                }
                done += count
            }
        }
    }
}
