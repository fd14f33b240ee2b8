import Contracts
import Foundation
import RPC

/// A folder of files, read once at start and served from memory.
///
/// Nothing outside the folder can be asked for, because nothing outside it was read. A path without a file of its own
/// and without a dot in its last part is a view of the page and gets `index.html`, if a page is what is wanted: a
/// program that asks for a mistyped address is to hear that nothing is there.
public struct StaticFiles: Sendable {
    struct File: Sendable {
        let body: Data
        let packed: Data?
        let type: String
        let etag: String
    }

    /// More than any dashboard needs; a wrong folder is noticed at start.
    static let totalBytesMax = 64 << 20

    private let files: [String: File]
    private let headers: [(name: String, value: String)]

    /// - Parameters:
    ///   - directory: With an `index.html`.
    ///   - headers: Sent with each file, the security policy above all.
    /// - Throws: A sentence saying what is wrong with the folder.
    public init(directory: URL, headers: [(name: String, value: String)]) throws {
        let root = directory.standardizedFileURL.resolvingSymlinksInPath()
        guard let walk = FileManager.default.enumerator(atPath: root.path) else {
            throw RPCError(.failedPrecondition, "the folder \(root.path) cannot be read")
        }
        var files: [String: File] = [:]
        var total = 0
        for case let name as String in walk {
            let url = root.appending(path: name)
            let kind = try url.resourceValues(forKeys: [.isRegularFileKey])
            guard kind.isRegularFile == true,
                !name.split(separator: "/").contains(where: { $0.hasPrefix(".") })
            else { continue }
            let body = try Data(contentsOf: url)
            total += body.count
            guard total <= Self.totalBytesMax else {
                throw RPCError(.failedPrecondition, "the folder \(root.path) is too large to be a dashboard")
            }
            files["/" + name] = try Self.file(name, body)
        }
        guard files["/index.html"] != nil else {
            throw RPCError(.failedPrecondition, "the folder \(root.path) has no index.html")
        }
        self.files = files
        self.headers = headers
    }

    /// The file at `path`, or nil when there is none.
    func response(path: String, headers asked: [String: String]) -> HTTPServerResponse? {
        let path = path.removingPercentEncoding ?? path
        let isView =
            !(path.split(separator: "/").last ?? "").contains(".") && asked["accept"]?.contains("text/html") == true
        guard let file = files[path] ?? (isView ? files["/index.html"] : nil) else { return nil }
        var headers =
            self.headers + [
                ("content-type", file.type), ("etag", file.etag), ("cache-control", "no-cache"),
                ("vary", "accept-encoding"),
            ]
        if let known = asked["if-none-match"], known.contains(file.etag) {
            return HTTPServerResponse(status: 304, headers: headers)
        }
        guard let packed = file.packed, asked["accept-encoding"]?.contains("gzip") == true else {
            return HTTPServerResponse(headers: headers, body: file.body)
        }
        headers.append(("content-encoding", "gzip"))
        return HTTPServerResponse(headers: headers, body: packed)
    }

    private static func file(_ name: String, _ body: Data) throws -> File {
        // FNV-1a: an entity tag need only change with the file, not resist anybody.
        let hash = FNV1a.hash(body)
        let type = contentType(of: name)
        let isText = type.hasPrefix("text/") || type.contains("json") || type.contains("svg")
        return File(
            body: body, packed: isText && body.count > 1_024 ? try Gzip.compress(body) : nil, type: type,
            etag: "W/\"\(String(hash, radix: 16))-\(body.count)\"")
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last.map(String.init) ?? "" {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "json", "map": "application/json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "txt": "text/plain; charset=utf-8"
        default: "application/octet-stream"
        }
    }
}
