/// What went wrong in the surroundings of a test, as opposed to in the thing tested.
public struct TestSupportError: Error, CustomStringConvertible, Sendable {
    /// One sentence.
    public let description: String

    /// Takes the sentence.
    public init(_ description: String) {
        self.description = description
    }
}
