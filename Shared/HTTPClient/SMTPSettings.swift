import Foundation

/// Where mail goes and how.
public struct SMTPSettings: Sendable {
    /// Encryption after a plain beginning (STARTTLS). An `smtps` address is encrypted from the start in any
    /// case.
    public enum Encryption: String, Sendable, CaseIterable {
        /// No mail without it.
        case required
        /// Where the server offers it. An attacker in between can take the offer away.
        case opportunistic
        case none
    }

    /// `smtp://host:port` or `smtps://host:port`; the port defaults to 25 or 465.
    public var url: String
    public var user: String?
    public var password: String?
    public var encryption: Encryption
    /// Mails sent at a time, each over a connection of its own that is kept for the next one.
    public var connections: Int
    public var connectTimeout: Duration
    /// For one mail, connecting included.
    public var timeout: Duration
    /// File of certificates to trust instead of the system's, for tests and private authorities.
    public var certificateFile: String?

    public init(
        url: String, user: String? = nil, password: String? = nil, encryption: Encryption = .required,
        connections: Int = 4, connectTimeout: Duration = .seconds(10), timeout: Duration = .seconds(30),
        certificateFile: String? = nil
    ) {
        self.url = url
        self.user = user
        self.password = password
        self.encryption = encryption
        self.connections = connections
        self.connectTimeout = connectTimeout
        self.timeout = timeout
        self.certificateFile = certificateFile
    }

    /// - Throws: ``SMTPError/unusable(_:)`` with a sentence for the operator; never with a secret.
    func check() throws(SMTPError) {
        guard !HTTPClientRequest.hasControlCharacter(url), !url.utf8.contains(UInt8(ascii: " ")),
            let parts = URL(string: url), let scheme = parts.scheme, ["smtp", "smtps"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.user == nil
        else { throw .unusable("the mail server's address must be smtp://host:port or smtps://host:port") }
        for secret in [user, password].compactMap({ $0 }) where HTTPClientRequest.hasControlCharacter(secret)
        {
            throw .unusable("the mail server's user and password must have no control characters")
        }
        guard (user == nil) == (password == nil) else {
            throw .unusable("the mail server's user and password belong together: one of them is missing")
        }
        guard user == nil || scheme == "smtps" || encryption == .required else {
            throw .unusable("a password is only sent encrypted: require STARTTLS, or use an smtps:// address")
        }
        guard connections >= 1, connectTimeout > .zero, timeout > .zero else {
            throw .unusable("connections and timeouts of the mail server must be greater than zero")
        }
    }
}

/// Who a mail is from and for, as the server hears it; what the mail's head says is another matter.
public struct SMTPEnvelope: Sendable, Equatable {
    /// Bare addresses, without angle brackets.
    public var sender: String
    public var recipients: [String]

    public init(sender: String, recipients: [String]) {
        self.sender = sender
        self.recipients = recipients
    }

    /// libcurl passes CR and LF on, and with them commands of an attacker's. So what could end an address
    /// ends here.
    func check() throws(SMTPError) {
        guard !recipients.isEmpty else { throw .unusable("a mail needs a recipient") }
        for address in [sender] + recipients {
            guard !address.isEmpty, address.utf8.count <= 254,
                address.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
                !address.utf8.contains(where: { "<>,;:\"\\()[]".utf8.contains($0) }),
                address.utf8.count(where: { $0 == UInt8(ascii: "@") }) == 1
            else {
                throw .unusable("an address of the envelope has a character that no plain address has")
            }
        }
    }
}

/// A server's answer.
public struct SMTPReply: Sendable, Equatable {
    /// Three digits: 2xx done, 4xx not now, 5xx never.
    public let code: Int
    /// `5.1.1` and the like (RFC 3463), where the server says one.
    public let enhancedCode: String?

    public init(code: Int, enhancedCode: String? = nil) {
        self.code = code
        self.enhancedCode = enhancedCode
    }

    /// The last line of a reply. The text behind the codes is left out: it often repeats the address.
    init?(line: String) {
        guard let code = Int(line.prefix(3)), (200...599).contains(code) else { return nil }
        let word = line.dropFirst(4).prefix { !$0.isWhitespace }
        let digits = word.split(separator: ".", omittingEmptySubsequences: false)
        let isEnhanced =
            digits.count == 3 && digits.allSatisfy { (1...3).contains($0.count) && Int($0) != nil }
        self.init(code: code, enhancedCode: isEnhanced ? String(word) : nil)
    }

    public var isPermanent: Bool { (500...599).contains(code) }

    /// `550 5.1.1`; safe in a log.
    public var status: String { [String(code), enhancedCode].compactMap { $0 }.joined(separator: " ") }
}

/// Why a mail was not accepted, told apart by what a sender may do next.
public enum SMTPError: Error, Sendable, Equatable {
    /// Where in the conversation the server said no.
    public enum Stage: String, Sendable {
        /// Greeting, encryption, login.
        case session
        case sender, recipient
        /// After the message's first byte.
        case message
    }

    /// The server said no; it has not taken the message.
    case refused(SMTPReply, Stage)
    /// No connection, or it broke before the message was complete: the server cannot have taken it.
    case notSent(String)
    /// The message was complete and no answer came: the server may have taken it.
    case unclear(String)
    /// The deadline had passed before anything was sent.
    case expired
    /// The settings, the envelope or the message cannot be used; nothing was sent.
    case unusable(String)

    /// For logs: codes and reasons, no address.
    public var logged: String {
        switch self {
        case .refused(let reply, let stage): "\(reply.status) (\(stage.rawValue))"
        case .notSent(let reason): "not sent: \(reason)"
        case .unclear(let reason): "unclear: \(reason)"
        case .expired: "expired"
        case .unusable(let reason): reason
        }
    }
}

extension SMTPError: CustomStringConvertible {
    public var description: String { logged }
}
