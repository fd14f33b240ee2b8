import Foundation

/// Says which input was being read when the process crashed or hung: a trap ends everything, and nothing else could.
enum CrashNote {
    private static let size = 256
    // Written before each input by the one campaign that runs, read by a signal handler, which may use nothing but memory
    // that is there already.
    private nonisolated(unsafe) static let text = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
    private nonisolated(unsafe) static var length = 0
    private nonisolated(unsafe) static var isInstalled = false

    /// Notes the next input, and gives it `secondsMax` seconds.
    static func begin(_ reproduction: String, secondsMax: UInt32) {
        if !isInstalled { install() }
        length = 0
        for byte in "\nfuzz: crashed or hung. See it again: \(reproduction)\n".utf8.prefix(size) {
            text[length] = byte
            length += 1
        }
        alarm(secondsMax)
    }

    static func end() {
        alarm(0)
        length = 0
    }

    private static func install() {
        isInstalled = true
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM] {
            signal(number) { number in
                _ = write(STDERR_FILENO, CrashNote.text, CrashNote.length)
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }
}
