import CCurl
import Foundation

/// One easy handle of libcurl with the connection it keeps; lives on one thread.
final class SMTPConnection {
    private let settings: SMTPSettings
    private let easy: UnsafeMutableRawPointer?

    init(_ settings: SMTPSettings) {
        self.settings = settings
        easy = curl_easy_init()
    }

    deinit { curl_easy_cleanup(easy) }

    /// Blocks until the server answered or the time was up.
    func send(
        _ message: Data, envelope: SMTPEnvelope, before deadline: ContinuousClock.Instant
    ) -> Result<SMTPReply, SMTPError> {
        guard let easy else { return .failure(.notSent("no memory for a transfer")) }
        let left = min(settings.timeout, ContinuousClock.now.duration(to: deadline))
        guard left > .zero else { return .failure(.expired) }
        // Options go, the connection stays.
        curl_easy_reset(easy)
        let exchange = SMTPExchange(message)
        return withExtendedLifetime(exchange) {
            let options = SMTPOptions(easy)
            defer { options.release() }
            options.set(settings, left: left)
            options.set(envelope)
            options.set(exchange)
            guard options.code == CURLE_OK else {
                return .failure(.notSent("libcurl: \(words(options.code))"))
            }
            let code = curl_easy_perform(easy)
            return exchange.result(code, words: words(code))
        }
    }

    private func words(_ code: CURLcode) -> String { String(cString: curl_easy_strerror(code)) }
}

/// Sets options until one is not taken: a transfer without its limits must not begin.
private final class SMTPOptions {
    private let easy: UnsafeMutableRawPointer
    private(set) var code = CURLE_OK
    private var recipients: UnsafeMutablePointer<curl_slist>?

    init(_ easy: UnsafeMutableRawPointer) { self.easy = easy }

    func release() { curl_slist_free_all(recipients) }

    func set(_ settings: SMTPSettings, left: Duration) {
        text(CURLOPT_URL, settings.url)
        text(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        text(CURLOPT_PROXY, "")
        number(CURLOPT_NOSIGNAL, 1)
        number(CURLOPT_UPLOAD, 1)
        number(CURLOPT_TIMEOUT_MS, max(1, Int(left / .milliseconds(1))))
        number(CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(min(left, settings.connectTimeout) / .milliseconds(1))))
        number(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        number(CURLOPT_SSL_VERIFYPEER, 1)
        number(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = settings.certificateFile { text(CURLOPT_CAINFO, file) }
        let level: curl_usessl =
            switch settings.encryption {
            case .required: CURLUSESSL_ALL
            case .opportunistic: CURLUSESSL_TRY
            case .none: CURLUSESSL_NONE
            }
        number(CURLOPT_USE_SSL, Int(level.rawValue))
        if let user = settings.user, let password = settings.password {
            text(CURLOPT_USERNAME, user)
            text(CURLOPT_PASSWORD, password)
        }
    }

    func set(_ envelope: SMTPEnvelope) {
        text(CURLOPT_MAIL_FROM, "<\(envelope.sender)>")
        for recipient in envelope.recipients { recipients = curl_slist_append(recipients, "<\(recipient)>") }
        note(ccurl_setopt_slist(easy, CURLOPT_MAIL_RCPT, recipients))
    }

    func set(_ exchange: SMTPExchange) {
        let context = Unmanaged.passUnretained(exchange).toOpaque()
        note(ccurl_setopt_pointer(easy, CURLOPT_READDATA, context))
        note(ccurl_setopt_pointer(easy, CURLOPT_HEADERDATA, context))
        note(ccurl_setopt_pointer(easy, CURLOPT_WRITEDATA, context))
        note(
            ccurl_setopt_data_callback(easy, CURLOPT_READFUNCTION) { buffer, size, count, context in
                guard let buffer, let context else { return Int(CURL_READFUNC_ABORT) }
                let room = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
                return SMTPExchange.from(context).read(into: room)
            })
        // Replies come as headers; what might come as a body is of no interest.
        note(
            ccurl_setopt_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                return SMTPExchange.from(context).hear(
                    UnsafeRawBufferPointer(start: bytes, count: size * count))
            })
        note(ccurl_setopt_data_callback(easy, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count })
        // Commands are seen by the debug function alone, which wants VERBOSE; it prints nothing itself.
        number(CURLOPT_VERBOSE, 1)
        note(ccurl_setopt_pointer(easy, CURLOPT_DEBUGDATA, context))
        note(
            ccurl_setopt_debug_callback(easy, CURLOPT_DEBUGFUNCTION) { _, kind, bytes, count, context in
                if kind == CURLINFO_HEADER_OUT, let bytes, let context {
                    SMTPExchange.from(context).say(UnsafeRawBufferPointer(start: bytes, count: count))
                }
                return 0
            })
    }

    private func text(_ option: CURLoption, _ value: String) {
        note(ccurl_setopt_string(easy, option, value))
    }

    private func number(_ option: CURLoption, _ value: Int) { note(ccurl_setopt_long(easy, option, value)) }

    private func note(_ code: CURLcode) {
        if self.code == CURLE_OK { self.code = code }
    }
}

/// One mail on its way: how far the conversation went, and what the server said last.
private final class SMTPExchange {
    private let message: Data
    private var taken = 0
    /// libcurl was told that the message is at its end. Only now does it send the line with the dot; until
    /// then no server can have taken the message.
    private var isComplete = false
    private var stage = SMTPError.Stage.session
    /// libcurl says goodbye after a refusal; what the server answers to that is no word about the message.
    private var isOver = false
    private var replyBefore: SMTPReply?
    private var replyAfter: SMTPReply?

    init(_ message: Data) { self.message = message }

    static func from(_ context: UnsafeMutableRawPointer) -> SMTPExchange {
        Unmanaged<SMTPExchange>.fromOpaque(context).takeUnretainedValue()
    }

    func read(into room: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(room.count, message.count - taken)
        guard count > 0 else {
            isComplete = true
            return 0
        }
        message.withUnsafeBytes { bytes in
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[taken..<(taken + count)]))
        }
        taken += count
        return count
    }

    /// A command that libcurl sends: it says what the next reply is about.
    func say(_ bytes: UnsafeRawBufferPointer) {
        let command = String(decoding: bytes.prefix(5), as: UTF8.self).uppercased()
        switch command {
        case "MAIL ": stage = .sender
        case "RCPT ": stage = .recipient
        case "DATA\r", "BDAT ": stage = .message
        case "QUIT\r": isOver = true
        default: break
        }
    }

    /// One line of a reply: `250-SIZE` goes on, `250 ok` ends.
    func hear(_ bytes: UnsafeRawBufferPointer) -> Int {
        let line = String(decoding: bytes, as: UTF8.self)
        if !isOver, line.dropFirst(3).first != "-", let reply = SMTPReply(line: line) {
            if isComplete {
                replyAfter = replyAfter ?? reply
            } else {
                replyBefore = reply
            }
        }
        return bytes.count
    }

    func result(_ code: CURLcode, words: String) -> Result<SMTPReply, SMTPError> {
        if isComplete {
            guard let reply = replyAfter else {
                return .failure(.unclear(code == CURLE_OK ? "no reply to the end of the message" : words))
            }
            return (200...299).contains(reply.code) ? .success(reply) : .failure(.refused(reply, .message))
        }
        guard code != CURLE_OK else { return .failure(.unclear("the transfer ended before the message did")) }
        guard let reply = replyBefore, reply.code >= 400 else { return .failure(.notSent(words)) }
        return .failure(.refused(reply, stage))
    }
}
