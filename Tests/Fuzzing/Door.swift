/// One way in for bytes from outside, driven in process.
///
/// A new door is one value: a name, good inputs, and what is done with the bytes.
public struct Door: Sendable {
    public enum Verdict: Sendable, Equatable {
        case accepted, refused
    }

    /// In kebab case; it names the door in a reproduction.
    public let name: String
    let mutator: Mutator
    let open: @Sendable ([UInt8]) async throws -> Verdict

    /// - Parameter open: Says whether the input was taken. Whatever it throws is a mistake of the door: refusals that
    ///   belong to it are its to catch.
    public init(
        _ name: String, _ grammar: Mutator.Grammar, corpus: [String],
        open: @escaping @Sendable ([UInt8]) async throws -> Verdict
    ) {
        self.init(name, grammar, bytes: corpus.map { Array($0.utf8) }, open: open)
    }

    public init(
        _ name: String, _ grammar: Mutator.Grammar, bytes corpus: [[UInt8]],
        open: @escaping @Sendable ([UInt8]) async throws -> Verdict
    ) {
        self.name = name
        mutator = Mutator(corpus: corpus, grammar: grammar)
        self.open = open
    }
}

/// Something that a door must never do, as a sentence.
public struct Finding: Error, CustomStringConvertible {
    public let description: String
    public init(_ sentence: String) { description = sentence }
}
