import CCurl
import Foundation
import Synchronization

/// One request on its way: the promise to its caller, and what has come back so far.
///
/// The received parts belong to the client's thread alone, from its first callback to ``finish(_:)``; the
/// rest may be touched from anywhere. That division is what the compiler cannot see.
final class Transfer: @unchecked Sendable {
    typealias Outcome = Result<HTTPClientResponse, any Error>

    let request: HTTPClientRequest
    let deadline: ContinuousClock.Instant
    private let continuation = Mutex<CheckedContinuation<HTTPClientResponse, any Error>?>(nil)
    private let cancelled = Atomic<Bool>(false)

    // The client's thread alone.
    private var body = Data()
    private var headers: [HTTPClientRequest.Header] = []
    private var headerBytes = 0
    private(set) var isTooLarge = false
    private var setupCode = CURLE_OK
    private var headerList: UnsafeMutablePointer<curl_slist>?

    /// More headers than this are no answer that we could want.
    static let headerBytesMax = 64 << 10

    init(_ request: HTTPClientRequest) {
        self.request = request
        deadline = .now + request.timeout
    }

    var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

    func cancel() { cancelled.store(true, ordering: .releasing) }

    func begin(_ continuation: CheckedContinuation<HTTPClientResponse, any Error>) {
        self.continuation.withLock { $0 = continuation }
    }

    /// Answers the caller; only the first call does anything.
    func finish(_ outcome: Outcome) {
        let waiting = continuation.withLock { slot in
            defer { slot = nil }
            return slot
        }
        waiting?.resume(with: outcome)
    }

    // MARK: - The client's thread

    /// Sets every option of a fresh or reset handle. The handle must be gone, or reset, before `self` is.
    ///
    /// - Returns: `CURLE_OK`, or what libcurl said to the first option that it refused.
    func configure(_ easy: UnsafeMutableRawPointer, certificateFile: String?) -> CURLcode {
        let left = Int(max(1, (ContinuousClock.now.duration(to: deadline) / .milliseconds(1)).rounded(.up)))
        check(ccurl_setopt_string(easy, CURLOPT_URL, request.url))
        check(ccurl_setopt_string(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
        check(ccurl_setopt_string(easy, CURLOPT_PROXY, ""))
        check(ccurl_setopt_long(easy, CURLOPT_NOSIGNAL, 1))
        check(ccurl_setopt_long(easy, CURLOPT_FOLLOWLOCATION, 0))
        check(ccurl_setopt_long(easy, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)))
        check(ccurl_setopt_long(easy, CURLOPT_TIMEOUT_MS, left))
        check(
            ccurl_setopt_long(
                easy, CURLOPT_CONNECTTIMEOUT_MS, max(1, Int(request.connectTimeout / .milliseconds(1)))))
        check(ccurl_setopt_long(easy, CURLOPT_TCP_NODELAY, 1))
        if let certificateFile { check(ccurl_setopt_string(easy, CURLOPT_CAINFO, certificateFile)) }
        configureMethod(easy)
        // curl would wait for a "100 Continue" before a large body; no server of ours sends one early.
        var list = curl_slist_append(nil, "Expect:")
        for header in request.headers {
            // "Name;" is curl's way to spell a header that is there and empty.
            list = curl_slist_append(
                list, header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        headerList = list
        check(ccurl_setopt_slist(easy, CURLOPT_HTTPHEADER, list))
        let me = Unmanaged.passUnretained(self).toOpaque()
        check(ccurl_setopt_pointer(easy, CURLOPT_PRIVATE, me))
        check(ccurl_setopt_pointer(easy, CURLOPT_WRITEDATA, me))
        check(ccurl_setopt_pointer(easy, CURLOPT_HEADERDATA, me))
        check(
            ccurl_setopt_data_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return Transfer.from(context).receive(body: part)
            })
        check(
            ccurl_setopt_data_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
                return Transfer.from(context).receive(header: part)
            })
        return setupCode
    }

    /// Keeps the first option that libcurl did not take: a transfer without its limits must not begin.
    private func check(_ code: CURLcode) {
        if setupCode == CURLE_OK { setupCode = code }
    }

    /// Gives back what the handle no longer needs.
    func release() {
        curl_slist_free_all(headerList)
        headerList = nil
    }

    static func from(_ context: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// What libcurl's result means for the caller.
    func outcome(_ code: CURLcode, status: Int) -> Outcome {
        guard code != CURLE_OK else {
            return .success(HTTPClientResponse(status: status, headers: headers, body: body))
        }
        if isTooLarge {
            return .failure(
                HTTPClientError(
                    .responseTooLarge,
                    "the answer is longer than the \(request.maxResponseBytes) bytes allowed"))
        }
        let words = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_OPERATION_TIMEDOUT:
            return .failure(HTTPClientError(.timedOut, "no answer within \(request.timeout)"))
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR,
            CURLE_PEER_FAILED_VERIFICATION,
            CURLE_SSL_CACERT_BADFILE:
            return .failure(HTTPClientError(.notConnected, "no connection: \(words)"))
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
            return .failure(HTTPClientError(.invalidRequest, "the address cannot be used: \(words)"))
        default:
            return .failure(HTTPClientError(.connectionLost, "the connection broke: \(words)"))
        }
    }

    private func configureMethod(_ easy: UnsafeMutableRawPointer) {
        switch request.method {
        case .get where request.body == nil: check(ccurl_setopt_long(easy, CURLOPT_HTTPGET, 1))
        case .head: check(ccurl_setopt_long(easy, CURLOPT_NOBODY, 1))
        case .delete where request.body == nil:
            check(ccurl_setopt_string(easy, CURLOPT_CUSTOMREQUEST, "DELETE"))
        case .get, .post, .put, .patch, .delete:
            let body = request.body ?? Data()
            check(ccurl_setopt_long(easy, CURLOPT_POST, 1))
            check(ccurl_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            check(
                body.withUnsafeBytes { bytes in
                    // An empty Data has no address, and a null pointer would mean "read the body from
                    // elsewhere".
                    guard let start = bytes.baseAddress else {
                        return ccurl_setopt_string(easy, CURLOPT_COPYPOSTFIELDS, "")
                    }
                    return ccurl_setopt_pointer(easy, CURLOPT_COPYPOSTFIELDS, start)
                })
            check(ccurl_setopt_string(easy, CURLOPT_CUSTOMREQUEST, request.method.rawValue))
        }
    }

    private func receive(body bytes: UnsafeRawBufferPointer) -> Int {
        guard body.count + bytes.count <= request.maxResponseBytes else {
            isTooLarge = true
            return 0
        }
        body.append(contentsOf: bytes)
        return bytes.count
    }

    private func receive(header bytes: UnsafeRawBufferPointer) -> Int {
        headerBytes += bytes.count
        guard headerBytes <= Self.headerBytesMax else {
            isTooLarge = true
            return 0
        }
        if bytes.starts(with: "HTTP/".utf8) {
            // The head of another answer: what came before was an interim one.
            headers = []
        } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
            headers.append((Self.trimmed(bytes[..<colon]), Self.trimmed(bytes[(colon + 1)...])))
        }
        return bytes.count
    }

    /// The text without the blanks and line ends around it.
    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isBlank($0) }), let last = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }
}
