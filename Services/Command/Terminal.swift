import Foundation
import Synchronization
import UnixSignals

/// What is said to the person at the terminal: results on standard output, all else on standard error.
enum Terminal {
    static let isInteractive = isatty(2) == 1
    /// Between two lines of progress in a log.
    private static let pause = Duration.seconds(10)
    private static let isLineOpen = Mutex(false)
    private static let lastProgress = Mutex<ContinuousClock.Instant?>(nil)

    static func result(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    static func note(_ line: String) {
        isLineOpen.withLock { isOpen in
            FileHandle.standardError.write(Data(((isOpen ? "\n" : "") + line + "\n").utf8))
            isOpen = false
        }
    }

    /// Replaces the line before, where there is a person who watches; elsewhere it is a line of its own, and one
    /// in ``pause`` is enough.
    static func progress(_ line: String) {
        guard isInteractive else {
            let isDue = lastProgress.withLock { last in
                guard last.map({ $0.duration(to: .now) >= pause }) ?? true else { return false }
                last = .now
                return true
            }
            if isDue { note(line) }
            return
        }
        isLineOpen.withLock { isOpen in
            FileHandle.standardError.write(Data("\r\u{1B}[2K\(line)".utf8))
            isOpen = true
        }
    }
}

/// Runs work that a person may stop at any time.
enum Stoppable {
    private enum End<Answer: Sendable>: Sendable {
        case answered(Answer)
        case signalled
    }

    /// SIGINT and SIGTERM cancel the work, which is then waited for: it ends in its own way, or by throwing
    /// `CancellationError`.
    static func run<Answer: Sendable>(_ work: @escaping @Sendable () async throws -> Answer) async throws
        -> Answer
    {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        return try await withThrowingTaskGroup(of: End<Answer>.self) { group in
            group.addTask { .answered(try await work()) }
            group.addTask {
                for await _ in signals { return .signalled }
                return .signalled
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                switch end {
                case .answered(let answer): return answer
                case .signalled: group.cancelAll()
                }
            }
            throw CancellationError()
        }
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }

    /// `2:05`, or `1:02:05` from an hour on.
    var clockText: String {
        let whole = max(0, Int(components.seconds))
        let (minutes, rest) = (whole / 60 % 60, whole % 60)
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return whole >= 3_600
            ? "\(whole / 3_600):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }
}

extension Int {
    /// `1,234,567`.
    var grouped: String {
        var text = ""
        for (place, digit) in String(magnitude).reversed().enumerated() {
            if place > 0, place % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (self < 0 ? "-" : "") + String(text.reversed())
    }
}
