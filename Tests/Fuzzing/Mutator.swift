import Simulator

/// Makes hostile inputs out of good ones, each from a seed of its own: the same seed gives the same bytes with every
/// release, so a number is all that a failure needs to be seen again.
public struct Mutator: Sendable {
    /// What the good inputs are made of, and so where it hurts to cut them.
    public enum Grammar: Sendable {
        case json, text, bytes
    }

    public let corpus: [[UInt8]]
    private let grammar: Grammar
    /// No input is longer: beyond this only the limits of size would be tried, again and again.
    public static let bytesMax = 256 << 10

    /// - Parameter corpus: Good inputs; at least one.
    public init(corpus: [[UInt8]], grammar: Grammar) {
        precondition(!corpus.isEmpty, "a mutator needs something to begin with")
        self.corpus = corpus
        self.grammar = grammar
    }

    /// The input of a seed. Most have one or two changes, so that much of what made them valid is left; some have dozens.
    public func input(seed: UInt64) -> [UInt8] {
        var source = SplitMix64(seed: seed)
        var bytes = corpus[source.index(below: corpus.count)]
        let rounds = source.chance(0.1) ? 1 + source.index(below: 40) : 1 + source.index(below: 3)
        for _ in 0..<rounds where bytes.count < Self.bytesMax {
            if grammar == .json, source.chance(0.85) {
                JSONMutations.mutate(&bytes, &source, corpus: corpus)
            } else {
                ByteMutations.mutate(&bytes, &source, corpus: corpus, isText: grammar != .bytes)
            }
        }
        return bytes.count > Self.bytesMax ? Array(bytes.prefix(Self.bytesMax)) : bytes
    }
}

/// Changes that know nothing of what they change.
enum ByteMutations {
    /// Byte sequences at which readers of text stumble.
    static let nasty: [[UInt8]] = [
        [0x00], [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xB0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x28, 0xA1],
        [0xEF, 0xBB, 0xBF], [0xFE, 0xFF], Array("\r\n".utf8), Array("\u{2028}".utf8), Array("\u{202E}".utf8),
        Array("e\u{301}\u{301}\u{301}".utf8), Array("👩‍👩‍👧‍👦".utf8), Array("\u{1F}".utf8), Array("%00".utf8), Array("%".utf8),
        Array("../".utf8), Array("' OR 1=1 --".utf8), Array("<script>".utf8), Array("{{x}}".utf8), Array("9".utf8),
        Array("-1".utf8), Array("18446744073709551616".utf8), Array("=".utf8), Array("&".utf8), Array(",".utf8),
        Array("\"".utf8), Array("\n".utf8), Array("٣".utf8), Array("½".utf8),
    ]

    static func mutate(_ bytes: inout [UInt8], _ source: inout SplitMix64, corpus: [[UInt8]], isText: Bool) {
        guard !bytes.isEmpty else { return bytes = nasty[source.index(below: nasty.count)] }
        let place = source.index(below: bytes.count)
        let length = 1 + source.index(below: min(bytes.count - place, source.chance(0.2) ? 200 : 8))
        switch source.index(below: 10) {
        case 0: bytes[place] ^= 1 << UInt8(source.index(below: 8))
        case 1: bytes[place] = UInt8(truncatingIfNeeded: source.next())
        case 2: bytes.insert(UInt8(truncatingIfNeeded: source.next()), at: place)
        case 3: bytes.removeSubrange(place..<place + length)
        case 4: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 5: bytes.removeSubrange(place...)
        case 6: splice(&bytes, at: place, &source, corpus)
        case 7, 8: bytes.insert(contentsOf: nasty[source.index(below: nasty.count)], at: place)
        default: repeatPart(&bytes, place..<place + length, &source)
        }
    }

    private static func splice(
        _ bytes: inout [UInt8], at place: Int, _ source: inout SplitMix64, _ corpus: [[UInt8]]
    ) {
        let other = corpus[source.index(below: corpus.count)]
        guard !other.isEmpty else { return }
        bytes.replaceSubrange(place..., with: other[source.index(below: other.count)...])
    }

    /// Mostly a few times; now and then until it is very long.
    private static func repeatPart(_ bytes: inout [UInt8], _ range: Range<Int>, _ source: inout SplitMix64) {
        let part = Array(bytes[range])
        let total = source.chance(0.02) ? 64 << 10 : 256
        bytes.insert(contentsOf: (0..<total / part.count).flatMap { _ in part }, at: range.lowerBound)
    }
}
