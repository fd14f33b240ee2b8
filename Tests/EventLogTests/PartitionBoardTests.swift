import Contracts
import Foundation
import Testing

@testable import EventLog

/// The board on which a consumer keeps what it knows: pure, so every order of events can be tried.
@Suite struct PartitionBoardTests {
    private func board(runMax: Int = 4, waitingMax: Int = 8, position: Int64 = 10, epoch: Int64 = 1)
        -> PartitionBoard
    {
        let board = PartitionBoard(runMax: runMax, waitingMax: waitingMax)
        board.hold([.init(partition: 3, epoch: epoch, position: position)])
        return board
    }

    private func facts(_ seqs: ClosedRange<Int64>) -> [Fact] {
        seqs.map { seq in
            var fact = EventLogTests.fact
            fact.partition = 3
            fact.seq = seq
            return fact
        }
    }

    private func cursor(_ board: PartitionBoard) -> Int64? { board.wanted().cursors.first?.after }

    @Test func `facts are taken in runs from the position on, and known ones are ignored`() throws {
        let board = board()
        board.offer(facts(5...13), partition: 3)
        board.offer(facts(12...15), partition: 3)
        let first = try #require(board.take(3))
        #expect(first.facts.map(\.seq) == [11, 12, 13, 14])
        #expect(board.take(3) == nil, "a partition is worked on by one at a time")
        board.finish(first)
        #expect(board.take(3)?.facts.map(\.seq) == [15])
    }

    @Test func `a gap closes the stream until the log has filled it`() throws {
        let board = board()
        board.offer(facts(14...16), partition: 3)
        #expect(cursor(board) == nil)
        var missing = try #require(board.nextMissing())
        #expect(missing.partition == 3 && missing.after == 10, "what the fact at 10 was is not known")
        #expect(board.nextMissing() == nil, "one read at a time")
        try board.fill(missing, with: facts(11...12))
        missing = try #require(board.nextMissing())
        #expect(missing.cursor == 12 && missing.after == 11, "the fact at 12 is looked at again")
        try board.fill(missing, with: facts(12...17))
        #expect(board.nextMissing() == nil)
        #expect(cursor(board) == 17)
    }

    @Test func `a hole in the log, and a log that ends too early, are errors and never skipped`() throws {
        let board = board()
        board.offer(facts(14...14), partition: 3)
        let missing = try #require(board.nextMissing())
        #expect(throws: EventLogError.hole(partition: 3, after: 10, found: 12)) {
            try board.fill(missing, with: facts(12...13))
        }
        let other = self.board()
        other.offer(facts(14...14), partition: 3)
        let end = try #require(other.nextMissing())
        #expect(throws: EventLogError.wentBack(partition: 3, head: 10, known: 13)) {
            try other.fill(end, with: [])
        }
        #expect(cursor(other) == nil, "asked again only after a rest")
    }

    @Test func `another fact where the last known one was is an error and never passed over`() throws {
        let board = board()
        board.offer(facts(11...12), partition: 3)
        board.finish(try #require(board.take(3)))
        board.offer(facts(14...14), partition: 3)
        let missing = try #require(board.nextMissing())
        var read = facts(12...14)
        read[0].recordedAt += 1
        #expect(throws: EventLogError.differs(partition: 3, seq: 12)) { try board.fill(missing, with: read) }
        #expect(board.take(3) == nil)
    }

    @Test func `a partition without room is neither read nor filled`() throws {
        let board = board(runMax: 8, waitingMax: 4)
        board.offer(facts(11...14), partition: 3)
        #expect(board.wanted().cursors.isEmpty)
        #expect(!board.wanted().isAll)
        board.finish(try #require(board.take(3)))
        #expect(cursor(board) == 14)
    }

    @Test func `what the stream did not bring for a whole comparison is missing`() throws {
        let board = board()
        var heads = [Int64](repeating: 0, count: EventLog.partitionCount)
        heads[3] = 12
        #expect(board.lag == nil)
        #expect(board.compare(heads: heads, before: board.positions).isEmpty)
        #expect(board.lag == 2)
        #expect(board.nextMissing() == nil, "the stream gets its chance")
        _ = board.compare(heads: heads, before: board.positions)
        #expect(try #require(board.nextMissing()).cursor == 10)
    }

    @Test func `a position beyond the log's head is said`() {
        let board = board()
        var heads = [Int64](repeating: 0, count: EventLog.partitionCount)
        heads[3] = 9
        #expect(board.compare(heads: heads, before: [3: 10]) == [.wentBack(partition: 3, head: 9, known: 10)])
    }

    @Test func `a failed run comes back smaller, and its attempts count only alone`() throws {
        let board = board(runMax: 16, waitingMax: 32)
        board.offer(facts(11...30), partition: 3)
        var run = try #require(board.take(3))
        #expect(run.facts.count == 16)
        board.split(run)
        run = try #require(board.take(3))
        #expect(run.facts.count == 2)
        board.split(run)
        run = try #require(board.take(3))
        #expect(run.facts.count == 1 && run.attempts == 0)
        board.rest(run, counts: true)
        run = try #require(board.take(3))
        #expect(run.attempts == 1 && run.failures == 1)
        board.finish(run)
        run = try #require(board.take(3))
        #expect(run.facts.map(\.seq) == [12, 13, 14, 15] && run.attempts == 0)
    }

    @Test func `an old run says nothing to a new holding`() throws {
        let board = board()
        board.offer(facts(11...12), partition: 3)
        let old = try #require(board.take(3))
        board.hold([])
        board.hold([.init(partition: 3, epoch: 3, position: 12)])
        board.finish(old)
        board.drop(old)
        #expect(board.positions == [3: 12])
        #expect(cursor(board) == 12)
    }
}
