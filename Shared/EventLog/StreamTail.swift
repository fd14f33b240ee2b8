import Contracts
import Foundation
import Logging
import RedisStreams

/// Follows what is new on streams, for screens: no lease, no position, nothing kept.
///
/// It begins at the streams' ends and brings each later fact at most once. What Redis loses before it was read here is
/// not brought; who needs every fact uses a ``LogConsumer``.
public struct StreamTail: Sendable {
    private let streams: [String]
    private let writer: RedisWriter
    private let reader: RedisReader
    private let logger: Logger

    /// - Parameters:
    ///   - streams: Names of streams, all partitions of each.
    ///   - writer: For the one question where the streams end.
    ///   - reader: Held for as long as ``follow(_:)`` runs.
    public init(streams: [String], writer: RedisWriter, reader: RedisReader, logger: Logger) {
        self.streams = streams
        self.writer = writer
        self.reader = reader
        self.logger = logger
    }

    /// Calls `body` with each run of new facts of one partition, until cancelled. An unreachable Redis is waited for.
    ///
    /// - Parameter isWatched: Asked for each run; one that nobody watches is passed over unread, which costs nothing.
    public func follow(
        isWatched: @Sendable () -> Bool = { true }, _ body: @Sendable ([Fact]) async -> Void
    ) async throws {
        var positions: [StreamPosition] = []
        while !Task.isCancelled {
            do {
                if positions.isEmpty { positions = try await ends() }
                let batches = try await reader.xread(positions, count: 500, block: .seconds(2))
                for batch in batches {
                    guard let place = positions.firstIndex(where: { $0.key == batch.key }),
                        let last = batch.entries.last
                    else { continue }
                    positions[place] = StreamPosition(key: batch.key, after: "\(last.sequence)-\(last.minor)")
                    guard isWatched() else { continue }
                    let facts = facts(of: batch)
                    if !facts.isEmpty { await body(facts) }
                }
            } catch is CancellationError {
                return
            } catch {
                logger.warning("streams cannot be followed; trying again", metadata: ["error": "\(error)"])
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func ends() async throws -> [StreamPosition] {
        let keys = streams.flatMap { stream in
            (0..<EventLog.partitionCount).map { EventLog.streamKey(stream, partition: $0) }
        }
        let replies = try await writer.pipeline(
            keys.map { RedisCommand(["XREVRANGE", $0, "+", "-", "COUNT", "1"]) })
        return try zip(keys, replies).map { key, reply in
            guard let entry = try reply.get().array?.first else { return StreamPosition(key: key, after: "0-0") }
            let last = try StreamEntry(entry)
            return StreamPosition(key: key, after: "\(last.sequence)-\(last.minor)")
        }
    }

    private func facts(of batch: StreamBatch) -> [Fact] {
        guard let (stream, partition) = Self.place(ofKey: batch.key) else { return [] }
        return batch.entries.compactMap { entry in
            entry.value("ce").flatMap {
                CloudEvent.parse($0, stream: stream, partition: partition, seq: entry.sequence)
            }
        }
    }

    /// `nudges:{7}` is partition 7 of stream `nudges`.
    private static func place(ofKey key: String) -> (stream: String, partition: Int)? {
        guard key.hasSuffix("}"), let brace = key.lastIndex(of: "{"), brace > key.startIndex,
            let partition = Int(key[key.index(after: brace)...].dropLast())
        else { return nil }
        return (String(key[..<key.index(before: brace)]), partition)
    }
}
