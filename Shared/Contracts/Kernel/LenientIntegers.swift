import Foundation

// Generic clients turn 7 into 7.0, and the protocol buffers' JSON writes 64-bit integers as strings. So an integer
// field of the contracts takes 7, 7.0 and "7". Synthesised decoding in this module picks these overloads.
extension KeyedDecodingContainer {
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try decodeInteger(forKey: key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try decodeInteger(forKey: key) }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try decodeInteger(forKey: key)
    }

    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        guard contains(key), try !decodeNil(forKey: key) else { return nil }
        return try decodeInteger(forKey: key)
    }

    private func decodeInteger<Number: FixedWidthInteger & Decodable>(forKey key: Key) throws -> Number {
        guard contains(key) else {
            throw DecodingError.keyNotFound(
                key,
                .init(codingPath: codingPath, debugDescription: "the field \(key.stringValue) is missing"))
        }
        return try decode(LenientInteger<Number>.self, forKey: key).value
    }
}

private struct LenientInteger<Number: FixedWidthInteger & Decodable>: Decodable {
    let value: Number

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            value = try container.decode(Number.self)
        } catch DecodingError.typeMismatch {
            guard let text = try Self.ifPossible({ try container.decode(String.self) }),
                let number = Number(text)
            else { throw Self.refusal(decoder) }
            value = number
        } catch DecodingError.dataCorrupted {
            // Foundation calls a number that the type cannot hold corrupt data, and does not say where it stands.
            _ = try container.decode(Double.self)
            throw Self.refusal(decoder)
        }
    }

    private static func ifPossible(_ decode: () throws -> String) throws -> String? {
        do {
            return try decode()
        } catch DecodingError.typeMismatch {
            return nil
        }
    }

    private static func refusal(_ decoder: any Decoder) -> DecodingError {
        .typeMismatch(
            Number.self,
            .init(codingPath: decoder.codingPath, debugDescription: "expected a whole number in range"))
    }
}
