import Crypto
import Foundation

/// A secret that opens the public API: `hf_`, 43 base-62 characters (256 random bits), 8 hex digits of checksum.
///
/// The text is shown once, when the key is made; only its SHA-256 is kept. The checksum (CRC-32 of the 43 characters)
/// tells a mistyped key from a wrong one without a look into the database.
public struct APIKey: Sendable, Equatable {
    static let prefix = "hf_"
    static let bodyLength = 43
    static let checksumLength = 8
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    private static let isOfAlphabet = (UInt8.min...UInt8.max).map(alphabet.contains)

    public let text: String

    /// A new random key.
    public static func make() -> APIKey {
        var generator = SystemRandomNumberGenerator()
        let body = (0..<bodyLength).map { _ in alphabet[Int.random(in: 0..<62, using: &generator)] }
        return APIKey(body: String(decoding: body, as: UTF8.self))
    }

    private init(body: String) {
        text = Self.prefix + body + Self.checksum(of: body)
    }

    /// - Throws: ``GatewayError/malformedKey`` when prefix, length, alphabet or checksum are not a key's.
    public init(_ text: String) throws(GatewayError) {
        let bytes = Array(text.utf8)
        let length = Self.prefix.utf8.count + Self.bodyLength + Self.checksumLength
        guard bytes.count == length, text.hasPrefix(Self.prefix) else { throw .malformedKey }
        let body = bytes.dropFirst(Self.prefix.utf8.count).prefix(Self.bodyLength)
        guard body.allSatisfy({ Self.isOfAlphabet[Int($0)] }) else { throw .malformedKey }
        let key = APIKey(body: String(decoding: body, as: UTF8.self))
        guard key.text == text else { throw .malformedKey }
        self = key
    }

    /// What is kept of it. A look-up by digest takes the same time for a near miss as for a far one.
    public var digest: Data { Data(SHA256.hash(data: Data(text.utf8))) }

    /// The first characters, for telling keys apart in a list; too few to help a guess.
    public var shownPrefix: String { String(text.prefix(9)) }

    private static func checksum(of body: String) -> String {
        let digits = String(CRC32.checksum(Array(body.utf8)), radix: 16)
        return String(repeating: "0", count: checksumLength - digits.count) + digits
    }
}

/// CRC-32 as in ISO-HDLC (zlib, PNG), by a table: each request brings a key.
enum CRC32 {
    private static let remainders: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(byte) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { rest, byte in rest >> 8 ^ remainders[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
    }
}
