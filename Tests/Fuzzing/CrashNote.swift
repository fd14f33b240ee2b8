import Foundation

/// Says which input was being read when the process crashed or hung: a trap ends everything, and nothing else could.
enum CrashNote {
    private static let size = 256
    // Written before each input by the one campaign that runs, read by a signal handler, which may use nothing but memory
    // that is there already.
    private nonisolated(unsafe) static let text = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    private nonisolated(unsafe) static var length = 0
    private nonisolated(unsafe) static var isInstalled = false

    /// Notes the next input, and gives it so many seconds of the processor, and so many by the clock.
    ///
    /// Two limits, because a machine that is busy with something else must not look like a hang: what computes without
    /// end uses up the first, what waits without end the second.
    static func begin(_ reproduction: String, computingMax: Int, waitingMax: UInt32) {
        if !isInstalled { install() }
        length = 0
        for byte in "\nfuzz: crashed or hung. See it again: \(reproduction)\n".utf8.prefix(size) {
            text[length] = byte
            length += 1
        }
        limitComputing(to: computingMax)
        alarm(waitingMax)
    }

    static func end() {
        limitComputing(to: 0)
        alarm(0)
        length = 0
    }

    /// - Parameter seconds: 0 for no limit.
    private static func limitComputing(to seconds: Int) {
        var timer = itimerval()
        timer.it_value.tv_sec = seconds
        #if os(Linux)
        setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
        #else
        setitimer(ITIMER_PROF, &timer, nil)
        #endif
    }

    private static func install() {
        isInstalled = true
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM, SIGPROF] {
            signal(number) { number in
                _ = write(STDERR_FILENO, CrashNote.text, CrashNote.length)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }
}
