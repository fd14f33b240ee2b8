import Crypto
import Foundation

/// Hashes as xAPI writes them: lower-case hexadecimal digits.
enum XAPIHash {
    static func hex(_ text: String) -> String { hex(SHA256.hash(data: Data(text.utf8))) }

    static func hex(_ digest: some Digest) -> String {
        digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
