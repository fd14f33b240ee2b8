extension StringProtocol {
    /// The text without the spaces and tabs around it, which HTTP allows around many a value. Each request asks this a
    /// few times, and Foundation's way goes through UTF-16.
    package var withoutBlanks: String {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        let text = Substring(self)
        guard let first = text.utf8.firstIndex(where: { !isBlank($0) }),
            let last = text.utf8.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(text[first...last])
    }
}
