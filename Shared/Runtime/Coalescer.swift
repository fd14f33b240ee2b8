/// Owns one thing: the calls that wait for the next step that they share.
///
/// Whoever comes while a step is under way waits a moment and shares the next one, so that a thousand callers with a
/// little each cost a few steps instead of a thousand, without a timer: a lone caller never waits for company.
///
///     call ─▶ waiting ──(a step may begin)──▶ one step ──▶ each call gets its own answer
///              └── more than may wait: refused at once
public actor Coalescer<Call: Sendable, Answer: Sendable> {
    /// How much may be under way and may wait, in whatever the calls are weighed in.
    public struct Limits: Sendable {
        /// Steps under way at once.
        public var stepsMax: Int
        /// While a step is under way, another begins with at least this much; less waits for more, or for that to end.
        public var companyMin: Int
        /// A step takes calls up to this weight together, or a single heavier one.
        public var weightPerStepMax: Int
        /// Beyond it callers are told to come back.
        public var waitingWeightMax: Int

        public init(stepsMax: Int, companyMin: Int = 0, weightPerStepMax: Int, waitingWeightMax: Int) {
            self.stepsMax = stepsMax
            self.companyMin = companyMin
            self.weightPerStepMax = weightPerStepMax
            self.waitingWeightMax = waitingWeightMax
        }
    }

    /// What a step does, and what its failures mean.
    public struct Step: Sendable {
        let weight: @Sendable (Call) -> Int
        let isEverybodys: @Sendable (any Error) -> Bool
        let overloaded: @Sendable (_ waitingWeight: Int) -> any Error
        let serve: @Sendable ([Call]) async throws -> [Answer]

        /// - Parameters:
        ///   - weight: Of one call.
        ///   - isEverybodys: Whether an error would meet each call alone, too. After any other, each call of the step
        ///     is tried alone, so that only the one with the fault fails.
        ///   - overloaded: What a caller gets when too much waits.
        ///   - serve: One answer a call, in their order; all or nothing.
        public init(
            weight: @escaping @Sendable (Call) -> Int, isEverybodys: @escaping @Sendable (any Error) -> Bool,
            overloaded: @escaping @Sendable (_ waitingWeight: Int) -> any Error,
            serve: @escaping @Sendable ([Call]) async throws -> [Answer]
        ) {
            self.weight = weight
            self.isEverybodys = isEverybodys
            self.overloaded = overloaded
            self.serve = serve
        }
    }

    private struct Waiting: Sendable {
        let call: Call
        let weight: Int
        let caller: CheckedContinuation<Answer, any Error>
    }

    private let limits: Limits
    private let step: Step
    private var waiting: [Waiting] = []
    /// What the calls weigh together that no step has taken yet.
    public private(set) var waitingWeight = 0
    private var workers = 0

    public init(_ limits: Limits, _ step: Step) {
        self.limits = limits
        self.step = step
    }

    /// The answer to the call, from the step that it shared.
    ///
    /// - Throws: What the step throws, or at once what stands for too much waiting.
    public func answer(_ call: Call) async throws -> Answer {
        let weight = step.weight(call)
        guard waitingWeight + weight <= limits.waitingWeightMax else { throw step.overloaded(waitingWeight) }
        return try await withCheckedThrowingContinuation { caller in
            waiting.append(Waiting(call: call, weight: weight, caller: caller))
            waitingWeight += weight
            startWorker()
        }
    }

    /// A worker belongs to the calls it serves and ends with the last of them. It is no child of any of them, because
    /// one caller that hangs up must not cancel the step of the others.
    private func startWorker() {
        guard workers < limits.stepsMax, !waiting.isEmpty, isEnough(besides: workers) else { return }
        workers += 1
        Task {
            while let calls = take() { await serve(calls) }
        }
    }

    /// Whether what waits is worth a step beside those of so many other workers.
    private func isEnough(besides others: Int) -> Bool {
        others == 0 || waitingWeight >= limits.companyMin
    }

    /// The calls of the next step, or `nil`, and then the worker is no more.
    private func take() -> [Waiting]? {
        var weight = 0
        var count = 0
        guard !waiting.isEmpty, isEnough(besides: workers - 1) else {
            workers -= 1
            return nil
        }
        while count < waiting.count, count == 0 || weight + waiting[count].weight <= limits.weightPerStepMax {
            weight += waiting[count].weight
            count += 1
        }
        let calls = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        waitingWeight -= weight
        return calls
    }

    private nonisolated func serve(_ calls: [Waiting]) async {
        do {
            let answers = try await step.serve(calls.map(\.call))
            precondition(answers.count == calls.count, "a step answers each of its calls")
            for (call, answer) in zip(calls, answers) { call.caller.resume(returning: answer) }
        } catch let error where calls.count == 1 || step.isEverybodys(error) {
            for call in calls { call.caller.resume(throwing: error) }
        } catch {
            for call in calls { await serve([call]) }
        }
    }
}
