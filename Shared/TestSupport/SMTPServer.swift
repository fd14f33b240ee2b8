import Foundation
import HTTPClient
import Synchronization

/// A real mail server for tests: aiosmtpd in a process of its own, with STARTTLS, logins, and faults on demand.
///
/// A mail is in its record, synced to disk, before the sender hears that it was taken.
public final class SMTPServer: Sendable {
    /// A mail that the server took.
    public struct AcceptedMail: Decodable, Sendable {
        public let sender: String
        public let recipients: [String]
        public let isEncrypted: Bool
        /// Who logged in; nil when nobody did.
        public let user: String?
        /// The sender's port: equal for mails that came over one connection.
        public let peer: Int
        /// The whole message.
        public let data: Data

        /// The message as text.
        public var text: String { String(decoding: data, as: UTF8.self) }
    }

    /// Where in the conversation a fault happens.
    public enum Stage: String, Sendable {
        case mail = "MAIL"
        case recipient = "RCPT"
        case data = "DATA"
    }

    /// What goes wrong.
    public enum Fault: Sendable {
        /// This answer, e.g. `450 4.2.0 later`; the mail is not taken.
        case reply(String)
        /// No answer for so many seconds; then it goes on as if nothing had been.
        case hang(Double)
        /// The connection is reset; the mail is not taken.
        case drop
        /// The mail is taken, and the connection is reset before the answer. Only at ``Stage/data``.
        case takeAndDrop
    }

    public let port: Int
    /// The certificate that the server shows, for its clients to trust; nil without encryption.
    public let certificateFile: String?
    private let directory: TemporaryDirectory
    private let process: Process
    private let input: FileHandle
    private let output: FileHandle
    private let turn = Mutex(())

    public var url: String { "smtp://localhost:\(port)" }

    /// Starts a server on a free loopback port.
    ///
    /// - Parameters:
    ///   - isEncrypted: Offers STARTTLS with a certificate made for this server, and refuses mail without it.
    ///   - login: Refuses mail without this login.
    public static func start(
        isEncrypted: Bool = false, login: (user: String, password: String)? = nil
    ) async throws -> SMTPServer {
        try await blocking { try SMTPServer(isEncrypted: isEncrypted, login: login) }
    }

    private init(isEncrypted: Bool, login: (user: String, password: String)?) throws {
        directory = try TemporaryDirectory("smtp")
        var arguments = [
            Repository.root.appending(path: "Tests/Mail/smtp_server.py").path, "--record",
            directory.url.appending(path: "record").path,
        ]
        if isEncrypted {
            let (certificate, key) = try Self.makeCertificate(in: directory.url)
            certificateFile = certificate
            arguments += ["--cert", certificate, "--key", key]
        } else {
            certificateFile = nil
        }
        if let login { arguments += ["--user", login.user, "--password", login.password] }
        let (stdin, stdout) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Self.python())
        process.arguments = arguments
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        self.process = process
        input = stdin.fileHandleForWriting
        output = stdout.fileHandleForReading
        let line = try Self.line(from: output)
        guard line.hasPrefix("listening "), let port = Int(line.dropFirst(10)) else {
            throw TestSupportError("the mail server did not start: \(line)")
        }
        self.port = port
    }

    deinit { stop() }

    /// Ends the server at once; it can be asked for its mails still.
    public func stop() {
        if process.isRunning { process.terminate() }
    }

    /// Makes the next `times` conversations go wrong at this stage.
    public func fail(at stage: Stage, with fault: Fault, times: Int = 1) throws {
        let action: [String: Any] =
            switch fault {
            case .reply(let text): ["reply": text]
            case .hang(let seconds): ["hang": seconds]
            case .drop: ["drop": true]
            case .takeAndDrop: ["take_and_drop": true]
            }
        let order = ["stage": stage.rawValue, "action": action, "times": times] as [String: Any]
        var data = try JSONSerialization.data(withJSONObject: order)
        data.append(10)
        try turn.withLock { _ in
            try input.write(contentsOf: data)
            let answer = try Self.line(from: output)
            guard answer == "ok" else { throw TestSupportError("the mail server said: \(answer)") }
        }
    }

    /// Every mail that was taken, oldest first.
    public func mails() throws -> [AcceptedMail] {
        let record = try String(contentsOf: directory.url.appending(path: "record"), encoding: .utf8)
        // A line without its end is still being written.
        return try record.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { line in
            try JSONDecoder().decode(AcceptedMail.self, from: Data(line.utf8))
        }
    }

    /// The same, for expectations; a record that cannot be read ends the tests.
    public var messages: [AcceptedMail] {
        do {
            return try mails()
        } catch {
            preconditionFailure("the mail server's record cannot be read: \(error)")
        }
    }

    /// The settings of a client of this server.
    public func settings(
        encryption: SMTPSettings.Encryption = .none, user: String? = nil, password: String? = nil,
        connections: Int = 2, timeout: Duration = .seconds(5)
    ) -> SMTPSettings {
        SMTPSettings(
            url: url, user: user, password: password, encryption: encryption, connections: connections,
            connectTimeout: .seconds(2), timeout: timeout, certificateFile: certificateFile)
    }

    /// Debian's own Python has Debian's aiosmtpd; another one on PATH may have PyPI's.
    private static func python() throws -> String {
        for candidate in ["/usr/bin/python3", try Program.find("python3")]
        where try Program.run([candidate, "-c", "import aiosmtpd.smtp"]).status == 0 {
            return candidate
        }
        throw TestSupportError(
            "the mail tests need aiosmtpd: apt install python3-aiosmtpd, or pip install aiosmtpd")
    }

    private static func makeCertificate(in directory: URL) throws -> (certificate: String, key: String) {
        let certificate = directory.appending(path: "server.pem").path
        let key = directory.appending(path: "server.key").path
        try Program.succeed([
            try Program.find("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", key, "-out", certificate,
        ])
        return (certificate, key)
    }

    private static func line(from handle: FileHandle) throws -> String {
        var bytes = Data()
        while let byte = try handle.read(upToCount: 1), let value = byte.first, value != 10 {
            bytes.append(value)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
