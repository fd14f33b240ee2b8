import Dispatch
import Synchronization

/// Lets closures on their own threads wait for each other, in tests that need two things to be under way at
/// once.
final class Barrier: Sendable {
    private let missing: Mutex<Int>
    private let opened = DispatchSemaphore(value: 0)
    private let parties: Int

    init(_ parties: Int) {
        self.parties = parties
        missing = Mutex(parties)
    }

    /// Blocks until all parties have come, at most 10 s. For threads of a pool only, never for tasks.
    func arrive() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast {
            for _ in 1..<parties { opened.signal() }
        } else {
            _ = opened.wait(timeout: .now() + 10)
        }
    }
}

/// Counts calls from anywhere.
final class CallCount: Sendable {
    private let count = Atomic<Int>(0)

    var value: Int { count.load(ordering: .sequentiallyConsistent) }

    /// Says which call this is, from 1.
    @discardableResult func next() -> Int {
        count.add(1, ordering: .sequentiallyConsistent).newValue
    }
}
