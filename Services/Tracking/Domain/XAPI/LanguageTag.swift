import Foundation

/// Language tags of RFC 5646 (BCP 47): whether one is well-formed, and which of several suits a reader.
enum LanguageTag {
    /// Follows the grammar of section 2.1: `language-script-region-variants-extensions-privateuse`.
    ///
    /// No registry is asked: a tag of tomorrow is as good as one of today.
    static func isWellFormed(_ tag: String) -> Bool {
        let lowered = tag.lowercased()
        if grandfathered.contains(lowered) { return true }
        var parts = lowered.split(separator: "-", omittingEmptySubsequences: false)[...]
        guard parts.allSatisfy({ (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(isAlphanumeric) })
        else { return false }
        if parts.first == "x" { return parts.count > 1 }
        return language(&parts) && script(&parts) && region(&parts) && variants(&parts) && extensions(&parts)
            && (parts.isEmpty || parts.first == "x" && parts.count > 1)
    }

    private static func language(_ parts: inout ArraySlice<Substring>) -> Bool {
        guard let first = parts.popFirst(), first.utf8.allSatisfy(XAPIFormats.isLetter), first.utf8.count >= 2
        else { return false }
        guard first.utf8.count <= 3 else { return true }
        var extended = 0
        while extended < 3, let part = parts.first, part.utf8.count == 3,
            part.utf8.allSatisfy(XAPIFormats.isLetter)
        {
            parts.removeFirst()
            extended += 1
        }
        return true
    }

    private static func script(_ parts: inout ArraySlice<Substring>) -> Bool {
        if let part = parts.first, part.utf8.count == 4, part.utf8.allSatisfy(XAPIFormats.isLetter) {
            parts.removeFirst()
        }
        return true
    }

    private static func region(_ parts: inout ArraySlice<Substring>) -> Bool {
        if let part = parts.first,
            part.utf8.count == 2 && part.utf8.allSatisfy(XAPIFormats.isLetter)
                || part.utf8.count == 3 && part.utf8.allSatisfy(XAPIFormats.isDigit)
        {
            parts.removeFirst()
        }
        return true
    }

    /// 5 to 8 characters, or 4 that begin with a digit; each once.
    private static func variants(_ parts: inout ArraySlice<Substring>) -> Bool {
        var seen: Set<Substring> = []
        while let part = parts.first, let lead = part.utf8.first,
            part.utf8.count >= 5 || part.utf8.count == 4 && XAPIFormats.isDigit(lead)
        {
            guard seen.insert(part).inserted else { return false }
            parts.removeFirst()
        }
        return true
    }

    /// A single character other than `x`, each once, and what belongs to it.
    private static func extensions(_ parts: inout ArraySlice<Substring>) -> Bool {
        var seen: Set<Substring> = []
        while let single = parts.first, single.utf8.count == 1, single != "x" {
            guard seen.insert(single).inserted else { return false }
            parts.removeFirst()
            guard let part = parts.first, part.utf8.count >= 2 else { return false }
            while let part = parts.first, part.utf8.count >= 2 { parts.removeFirst() }
        }
        return true
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        XAPIFormats.isLetter(byte) || XAPIFormats.isDigit(byte)
    }

    /// Tags of before the grammar that it would not allow.
    private static let grandfathered: Set<String> = [
        "en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux", "i-mingo",
        "i-navajo", "i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de",
    ]

    // MARK: Choosing

    /// The tag of `offered` that suits `Accept-Language` best: by weight, the same tag before the same language; the
    /// first one offered when nothing matches or nothing was asked.
    static func best(of offered: [String], accepting header: String?) -> String? {
        for range in ranges(header ?? "") {
            if range == "*" { return offered.first }
            if let same = offered.first(where: { $0.lowercased() == range }) { return same }
            if let narrower = offered.first(where: { $0.lowercased().hasPrefix(range + "-") }) { return narrower }
            let language = range.prefix { $0 != "-" }
            let kin = offered.first { tag in
                let lowered = tag.lowercased()
                return lowered == language || lowered.hasPrefix(language + "-")
            }
            if let kin { return kin }
        }
        return offered.first
    }

    /// Language ranges by falling weight, as written where weights are equal; those of weight 0 left out.
    private static func ranges(_ header: String) -> [String] {
        let weighted = header.split(separator: ",").compactMap { part -> (range: String, weight: Double)? in
            let pieces = part.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let range = pieces.first, !range.isEmpty else { return nil }
            let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            return weight > 0 ? (range.lowercased(), weight) : nil
        }
        return weighted.enumerated().sorted { left, right in
            (right.element.weight, left.offset) < (left.element.weight, right.offset)
        }.map(\.element.range)
    }
}
