import Foundation
import Testing

@testable import Tracking

/// The strict reading of a request body.
@Suite struct JSONTapeTests {
    private func tape(_ text: String) throws(JSONSyntaxError) -> JSONTape {
        try JSONTape(Data(text.utf8), depthMax: 32)
    }

    @Test(
        "what is not JSON is refused, with the place",
        arguments: [
            ("", "expected a value at byte 0, got the end of the text"),
            ("{", "expected a member's name in quotation marks at byte 1, got the end of the text"),
            ("[1,]", "expected a value at byte 3, got ']'"),
            ("{\"a\":1,}", "expected a member's name in quotation marks at byte 7, got '}'"),
            ("{\"a\" 1}", "expected a colon at byte 5, got '1'"),
            ("[1 2]", "expected a comma or a closing bracket at byte 3, got '2'"),
            ("01", "expected the end of the document at byte 1, got '1'"),
            ("1.", "expected a digit at byte 2, got the end of the text"),
            ("-", "expected a digit at byte 1, got the end of the text"),
            ("1e+", "expected a digit at byte 3, got the end of the text"),
            ("NaN", "expected a value at byte 0, got 'N'"),
            ("tru", "expected a value at byte 0, got 't'"),
            ("\"a", "expected a closing quotation mark at byte 2, got the end of the text"),
            ("\"\\x\"", "expected an escape of JSON at byte 1, got '\\'"),
            ("\"\\u12\"", "expected four hexadecimal digits at byte 1, got '\\'"),
            ("\"\\ud800\"", "expected the second half of a surrogate pair at byte 7, got '\"'"),
            (
                "\"\\udc00\"",
                "expected the first half of a surrogate pair before the second at byte 7, got '\"'"
            ),
            ("\"\\u0000\"", "expected text without NUL characters at byte 1, got \\u0000"),
            ("\"a\u{1}\"", "expected control characters to be escaped at byte 2, got byte 1"),
            ("\u{FEFF}{}", "expected a value at byte 0, got byte 239"),
            ("{} {}", "expected the end of the document at byte 3, got '{'"),
        ])
    func refused(text: String, sentence: String) {
        #expect(throws: JSONSyntaxError.self) { try tape(text) }
        do throws(JSONSyntaxError) {
            _ = try tape(text)
        } catch {
            #expect(error.description == sentence)
        }
    }

    @Test func `a text keeps U+FEFF wherever it stands in it`() throws {
        let tape = try JSONTape(Data("\"b\\u00e9\u{FEFF}\\n\u{FEFF}\"".utf8), depthMax: 1)
        #expect(Array(tape.text(JSONTape.root).unicodeScalars) == ["b", "é", "\u{FEFF}", "\n", "\u{FEFF}"])
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: JSONSyntaxError(offset: nil, expected: "UTF-8", got: "bytes that are not")) {
            try JSONTape(Data([0x22, 0xFF, 0x22]), depthMax: 32)
        }
    }

    @Test func `nesting has a limit`() throws {
        let allowed = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        #expect(try tape(allowed).depth(JSONTape.root) == 32)
        #expect(throws: JSONSyntaxError(offset: 32, expected: "at most 32 levels", got: "one more")) {
            try tape("[" + allowed + "]")
        }
    }

    @Test func `escapes come back as characters`() throws {
        let tape = try tape(#""a\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00z""#)
        #expect(tape.text(JSONTape.root) == "a\"\\/\u{8}\u{C}\n\r\té\u{e9}😀z")
    }

    @Test func `the canonical form is the same for every spelling of the same value`() throws {
        let one = try tape(#" { "b" : [ 1, true , null ], "a" : "x\u00e9\n" } "#)
        let other = try tape(#"{"a":"xé\u000a","b":[1,true,null]}"#)
        #expect(one.canonical(JSONTape.root) == other.canonical(JSONTape.root))
        #expect(one.canonical(JSONTape.root) == #"{"a":"xé\u000a","b":[1,true,null]}"#)
    }

    @Test func `it agrees with Foundation on mutated documents`() throws {
        let seedText =
            #"{"source":"m","events":[{"id":"é1","n":-1.5e3,"b":[true,false,null,{}],"s":"a\u00e9\n"}]}"#
        var generator = SplitMix(seed: 42)
        let alphabet = Array("{}[]\",:\\u0a1eE.-+ tfn".utf8)
        var accepted = 0
        for _ in 0..<4_000 {
            var bytes = Array(seedText.utf8)
            for _ in 0...Int(generator.next() % 3) {
                let place = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 3 {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(alphabet[Int(generator.next() % UInt64(alphabet.count))], at: place)
                default: bytes[place] = alphabet[Int(generator.next() % UInt64(alphabet.count))]
                }
            }
            let mine: Bool
            do throws(JSONSyntaxError) {
                _ = try JSONTape(Data(bytes), depthMax: 32)
                mine = true
                accepted += 1
            } catch {
                mine = false
            }
            // Whatever is accepted here Foundation reads too; the other way round it is laxer.
            if mine { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(bytes)) } }
        }
        #expect(accepted > 200)
    }
}
