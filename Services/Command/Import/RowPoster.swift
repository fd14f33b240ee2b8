import Contracts
import Foundation

/// Posts rows to a mapping of the gateway, some batches at a time.
struct RowPoster: Sendable {
    /// Rows of one request. The gateway takes 2,500; fewer keep each transaction short while live events wait.
    static let batchRows = 500
    /// Bytes of one request, half of what the gateway takes.
    static let batchBytes = 512 << 10
    /// Requests in flight at a time: as many as the service has writers, and as many that are on their way.
    static let batchesAtOnce = 4

    let client: GatewayClient
    let format: String
    let source: SourceID?
    let given: [String: String]
    let isDryRun: Bool

    /// Receipts of each batch, in order, one a row.
    ///
    /// - Throws: ``GatewayError`` when one of them could not be posted in the time that the client has patience; what
    ///   was posted may be posted again.
    func post(_ batches: [[String]]) async throws -> [[RowReceipt]] {
        try await withThrowingTaskGroup(of: (Int, [RowReceipt]).self) { group in
            for (place, rows) in batches.enumerated() {
                group.addTask { (place, try await post(rows)) }
            }
            var receipts = [[RowReceipt]](repeating: [], count: batches.count)
            for try await (place, answer) in group { receipts[place] = answer }
            return receipts
        }
    }

    private func post(_ rows: [String]) async throws -> [RowReceipt] {
        let body = Data((rows.joined(separator: "\n") + "\n").utf8)
        let answer: ImportRows.Response = try await client.post(path, body)
        guard answer.receipts.count == rows.count else {
            throw GatewayError(
                "\(path) answered with \(answer.receipts.count) receipts for \(rows.count) rows")
        }
        return answer.receipts
    }

    private var path: String {
        var parts = ["dryRun=\(isDryRun)"]
        if let source { parts.append("source=\(GatewayClient.escaped(source.rawValue))") }
        parts += given.sorted { $0.key < $1.key }.map { name, value in
            "given=\(GatewayClient.escaped("\(name)=\(value)"))"
        }
        return "/v1/imports/\(GatewayClient.escaped(format))?" + parts.joined(separator: "&")
    }
}
