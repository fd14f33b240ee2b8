/// One of a few words. What is none of them is refused with the words that there are, for whoever sent it.
public protocol Choice: RawRepresentable, Codable, Sendable, CaseIterable where RawValue == String {}

extension Choice {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let word = try container.decode(String.self)
        guard let choice = Self(rawValue: word) else {
            let words = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "it must be one of \(words), got \"\(word.prefix(80))\"")
        }
        self = choice
    }
}
