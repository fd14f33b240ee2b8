import Contracts
import Foundation

extension RPCError {
    /// The error that a caller may see, made from whatever a handler threw. What is not meant for callers
    /// stays in ``RPCError/detail``.
    public static func from(_ error: any Error) -> RPCError {
        switch error {
        case let error as RPCError: error
        case let error as any RPCErrorConvertible: error.rpcError
        case is CancellationError: RPCError(.canceled, "the call was canceled")
        default: RPCError(.internal, "something went wrong inside the service", detail: "\(error)")
        }
    }

    /// The protocol's error body: code, message and, when a wait is known, `google.rpc.RetryInfo`.
    public func wireBody() throws -> Data {
        var details: [WireDetail] = []
        if let retryAfter { details.append(WireDetail(retryAfter: retryAfter)) }
        return try JSONCoding.encoder().encode(
            WireError(code: code.rawValue, message: message, details: details.isEmpty ? nil : details))
    }

    /// `Retry-After` in whole seconds for the statuses that must carry it; nil for all others.
    public var retryAfterSeconds: Int? {
        guard code == .resourceExhausted || code == .unavailable else { return nil }
        return max(1, Int(((retryAfter ?? .seconds(1)) / .seconds(1)).rounded(.up)))
    }

    /// Reads an answer that is no success. The body's code wins; without one the status decides.
    static func from(status: Int, body: Data, retryAfter header: String?) -> RPCError {
        let wait = header.flatMap(Int.init).map { Duration.seconds($0) }
        do {
            let wire = try JSONCoding.decoder().decode(WireError.self, from: body)
            if let code = Code(rawValue: wire.code) {
                let told = wire.details?.lazy.compactMap(\.retryAfter).first
                return RPCError(code, wire.message ?? code.rawValue, retryAfter: told ?? wait)
            }
        } catch {
            // A proxy's page, or nothing: the status says what there is to know.
            return RPCError(
                code(forStatus: status), "the service answered with status \(status)", retryAfter: wait)
        }
        return RPCError(
            code(forStatus: status), "the service answered with status \(status)", retryAfter: wait)
    }

    static func code(forStatus status: Int) -> Code {
        switch status {
        case 400: .internal
        case 401: .unauthenticated
        case 403: .permissionDenied
        case 404: .unimplemented
        case 429, 502, 503, 504: .unavailable
        default: .unknown
        }
    }
}

/// The error's JSON. Kept apart from ``RPCError``, so that its private detail can never be encoded by
/// mistake.
struct WireError: Codable {
    var code: String
    var message: String?
    var details: [WireDetail]?
}

/// One typed detail: a protocol buffer in base 64 without padding, and the same in words for people.
struct WireDetail: Codable {
    var type: String
    var value: String
    var debug: [String: String]?

    static let retryInfo = "google.rpc.RetryInfo"

    init(retryAfter: Duration) {
        type = Self.retryInfo
        value = Data(ProtoDuration.retryInfo(retryAfter)).base64EncodedString().replacingOccurrences(
            of: "=", with: "")
        debug = ["retryDelay": "\(retryAfter / .seconds(1))s"]
    }

    var retryAfter: Duration? {
        guard type == Self.retryInfo else { return nil }
        let padding = String(repeating: "=", count: (4 - value.count % 4) % 4)
        return Data(base64Encoded: value + padding).flatMap { ProtoDuration.retryDelay(from: Array($0)) }
    }
}

/// `google.rpc.RetryInfo { Duration retry_delay = 1 { int64 seconds = 1; int32 nanos = 2 } }`, the one
/// protocol buffer that this wire needs.
enum ProtoDuration {
    static func retryInfo(_ duration: Duration) -> [UInt8] {
        let (seconds, attoseconds) = duration.components
        var inner: [UInt8] = []
        if seconds > 0 { inner += [0x08] + varint(UInt64(seconds)) }
        let nanos = attoseconds / 1_000_000_000
        if nanos > 0 { inner += [0x10] + varint(UInt64(nanos)) }
        return [0x0A] + varint(UInt64(inner.count)) + inner
    }

    static func retryDelay(from bytes: [UInt8]) -> Duration? {
        var rest = bytes[...]
        guard rest.popFirst() == 0x0A, let length = readVarint(&rest), length == rest.count else {
            return nil
        }
        var delay = Duration.zero
        while let tag = rest.popFirst() {
            guard let value = readVarint(&rest), value < 1 << 40 else { return nil }
            switch tag {
            case 0x08: delay += .seconds(Int64(value))
            case 0x10: delay += .nanoseconds(Int64(value))
            default: return nil
            }
        }
        return delay
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var value = value
        while value >= 0x80 {
            bytes.append(UInt8(value & 0x7F) | 0x80)
            value >>= 7
        }
        return bytes + [UInt8(value)]
    }

    private static func readVarint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        return nil
    }
}
