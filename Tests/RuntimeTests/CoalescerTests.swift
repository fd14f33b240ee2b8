import Runtime
import Testing

/// When a step begins beside another. What calls get from the steps that they share is shown where they are shared.
@Suite struct CoalescerTests {
    /// Steps that were begun, each of which ends when it is told to.
    private actor Steps {
        private(set) var begun: [[String]] = []
        private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        private var watching: (count: Int, CheckedContinuation<Void, Never>)?

        func serve(_ calls: [String]) async -> [String] {
            let number = begun.count
            begun.append(calls)
            if let (count, watcher) = watching, begun.count >= count {
                watching = nil
                watcher.resume()
            }
            await withCheckedContinuation { waiting[number] = $0 }
            return calls
        }

        func have(_ count: Int) async {
            guard begun.count < count else { return }
            await withCheckedContinuation { watching = (count, $0) }
        }

        func end(_ number: Int) { waiting.removeValue(forKey: number)?.resume() }
    }

    private struct TooMuch: Error {}

    @Test func `beside a step another begins only with company enough, and the rest waits for an end`() async throws {
        let steps = Steps()
        let coalescer = Coalescer<String, String>(
            .init(stepsMax: 2, companyMin: 3, weightPerStepMax: 100, waitingWeightMax: 100),
            .init(weight: { _ in 1 }, isEverybodys: { _ in true }, overloaded: { _ in TooMuch() }, serve: steps.serve))
        try await withThrowingTaskGroup(of: Void.self) { group in
            func call(_ name: String) {
                group.addTask {
                    let answer = try await coalescer.answer(name)
                    #expect(answer == name)
                }
            }
            func wait(_ count: Int) async {
                while await coalescer.waitingWeight != count { await Task.yield() }
            }
            call("a")
            await steps.have(1)
            call("b")
            await wait(1)
            call("c")
            await wait(2)
            #expect(await steps.begun == [["a"]])
            call("d")
            await steps.have(2)
            #expect(await steps.begun.map { $0.sorted() } == [["a"], ["b", "c", "d"]])
            call("e")
            await wait(1)
            // One ends while the other is under way: too little waits, and goes with the end of the other.
            await steps.end(0)
            call("f")
            await wait(2)
            #expect(await steps.begun.count == 2)
            await steps.end(1)
            await steps.have(3)
            #expect(await steps.begun.last.map { $0.sorted() } == ["e", "f"])
            await steps.end(2)
            try await group.waitForAll()
        }
    }
}
