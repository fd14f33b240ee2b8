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

    private func facts(_ seqs: ClosedRange<Int64>, partition: Int = 3) -> [Fact] {
        seqs.map { seq in
            var fact = EventLogTests.fact
            fact.partition = partition
            fact.seq = seq
            return fact
        }
    }

    private func cursor(_ board: PartitionBoard) -> Int64? { board.wanted().cursors.first?.after }

    @Test func `facts are taken in runs from the position on, and known ones are ignored`() throws {
        let board = board()
        board.offer(facts(5...13), partition: 3)
        board.offer(facts(12...15), partition: 3)
        let first = try #require(board.takeOne())
        #expect(first.facts.map(\.seq) == [11, 12, 13, 14])
        #expect(board.takeOne() == nil, "a partition is worked on by one at a time")
        board.finish(first)
        #expect(board.takeOne()?.facts.map(\.seq) == [15])
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
        board.finish(try #require(board.takeOne()))
        board.offer(facts(14...14), partition: 3)
        let missing = try #require(board.nextMissing())
        var read = facts(12...14)
        read[0].recordedAt += 1
        #expect(throws: EventLogError.differs(partition: 3, seq: 12)) { try board.fill(missing, with: read) }
        #expect(board.takeOne() == nil)
    }

    @Test func `a partition without room is neither read nor filled`() throws {
        let board = board(runMax: 8, waitingMax: 4)
        board.offer(facts(11...14), partition: 3)
        #expect(board.wanted().cursors.isEmpty)
        #expect(!board.wanted().isAll)
        board.finish(try #require(board.takeOne()))
        #expect(cursor(board) == 14)
    }

    @Test func `what the stream did not bring for two whole comparisons is missing`() throws {
        let board = board()
        var heads = [Int64](repeating: 0, count: EventLog.partitionCount)
        heads[3] = 12
        #expect(board.lag == nil)
        #expect(board.compare(heads: heads, before: board.positions).isEmpty)
        #expect(board.lag == 2)
        _ = board.compare(heads: heads, before: board.positions)
        #expect(board.nextMissing() == nil, "the stream gets its chance")
        _ = board.compare(heads: heads, before: board.positions)
        #expect(try #require(board.nextMissing()).cursor == 10)
    }

    @Test func `a stream that brings something is behind, and nothing of it is missing`() throws {
        let board = board()
        var heads = [Int64](repeating: 0, count: EventLog.partitionCount)
        heads[3] = 20
        _ = board.compare(heads: heads, before: board.positions)
        board.offer(facts(11...12), partition: 3)
        board.finish(try #require(board.takeOne()))
        _ = board.compare(heads: heads, before: board.positions)
        _ = board.compare(heads: heads, before: board.positions)
        #expect(board.nextMissing() == nil)
        _ = board.compare(heads: heads, before: board.positions)
        #expect(try #require(board.nextMissing()).cursor == 12, "now it fell silent")
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
        var run = try #require(board.takeOne())
        #expect(run.facts.count == 16)
        board.split(run)
        run = try #require(board.takeOne())
        #expect(run.facts.count == 2)
        board.split(run)
        run = try #require(board.takeOne())
        #expect(run.facts.count == 1 && run.attempts == 0)
        board.rest(run, counts: true)
        #expect(board.takeOne() == nil, "it rests")
        board.resume(3)
        run = try #require(board.takeOne())
        #expect(run.attempts == 1 && run.failures == 1)
        board.finish(run)
        run = try #require(board.takeOne())
        #expect(run.facts.map(\.seq) == [12, 13, 14, 15] && run.attempts == 0)
    }

    @Test func `an old run says nothing to a new holding`() throws {
        let board = board()
        board.offer(facts(11...12), partition: 3)
        let old = try #require(board.takeOne())
        board.hold([])
        board.hold([.init(partition: 3, epoch: 3, position: 12)])
        board.finish(old)
        board.drop(old)
        #expect(board.positions == [3: 12])
        #expect(cursor(board) == 12)
    }

    @Test func `what has gathered in several partitions goes into one bundle, up to its size`() throws {
        let board = PartitionBoard(runMax: 5, waitingMax: 8)
        board.hold([7, 3, 5].map { .init(partition: $0, epoch: 1, position: 10) })
        for partition in [7, 3, 5] { board.offer(facts(11...12, partition: partition), partition: partition) }
        let bundle = try #require(board.takeBundle())
        #expect(bundle.map(\.holding.partition) == [3, 5, 7], "in the order in which rows are locked")
        #expect(bundle.map(\.facts.count) == [2, 1, 2])
        #expect(board.takeBundle() == nil, "one at a time")
        bundle.forEach(board.finish)
        board.giveBack()
        #expect(try #require(board.takeBundle()).map(\.facts.count) == [1])
    }

    @Test func `a second bundle begins beside the first only when there is enough for it`() throws {
        let board = PartitionBoard(runMax: 8, waitingMax: 8, bundlesMax: 2)
        board.hold([3, 5, 7].map { .init(partition: $0, epoch: 1, position: 10) })
        board.offer(facts(11...12), partition: 3)
        _ = try #require(board.takeBundle())
        board.offer(facts(11...11, partition: 5), partition: 5)
        #expect(board.takeBundle() == nil, "one fact waits for company")
        board.offer(facts(11...11, partition: 7), partition: 7)
        #expect(try #require(board.takeBundle()).count == 2)
        #expect(board.takeBundle() == nil)
    }

    @Test func `after a bundle failed each of its partitions is tried alone, until it succeeds`() throws {
        let board = PartitionBoard(runMax: 8, waitingMax: 8)
        board.hold([3, 5].map { .init(partition: $0, epoch: 1, position: 10) })
        board.offer(facts(11...11), partition: 3)
        board.offer(facts(11...11, partition: 5), partition: 5)
        let failed = try #require(board.takeBundle())
        failed.forEach(board.suspect)
        board.giveBack()
        var alone: Set<Int> = []
        for _ in 0..<2 {
            let bundle = try #require(board.takeBundle())
            #expect(bundle.count == 1)
            bundle.forEach { alone.insert($0.holding.partition) }
            bundle.forEach(board.finish)
            board.giveBack()
        }
        #expect(alone == [3, 5])
    }
}

extension PartitionBoard {
    /// The one run of a bundle, given back at once: these tests look at partitions, not at how many go together.
    fileprivate func takeOne() -> Run? {
        guard let bundle = takeBundle() else { return nil }
        giveBack()
        return bundle.first
    }
}
