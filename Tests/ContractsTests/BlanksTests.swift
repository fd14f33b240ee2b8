import Testing

@testable import Contracts

@Suite struct BlanksTests {
    @Test(arguments: [
        ("", ""), (" \t ", ""), ("a", "a"), ("  a b\t", "a b"), ("\tü 🙂 ", "ü 🙂"), ("\u{A0}a", "\u{A0}a"),
    ])
    func `blanks around a text go, those within stay`(_ text: String, _ expected: String) {
        #expect(text.withoutBlanks == expected)
        #expect(("<" + text + ">").dropFirst().dropLast().withoutBlanks == expected)
    }
}
