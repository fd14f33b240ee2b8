import Contracts
import Foundation

/// Sentences and checks that several doors share.
enum Words {
    /// `1000` as `1,000`.
    static func count(_ number: Int) -> String {
        var digits = String(number)
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: position))
            position -= 3
        }
        return digits
    }

    static func expected<Name: CheckedName>(_ type: Name.Type) -> String {
        "a text of 1 to \(count(Name.lengthMax)) characters"
    }

    /// A checked name, or exactly what is wrong with the text.
    ///
    /// - Parameter field: What the sender calls it; made only where something is wrong.
    static func name<Name: CheckedName>(
        _ type: Name.Type, _ text: String, field: @autoclosure () -> String
    ) throws(EventProblem) -> Name {
        let bytesMax = Name.lengthMax * TrackingLimits.nameBytesPerCharacterMax
        guard text.utf8.count <= bytesMax else {
            throw EventProblem(
                field(), expected: expected(type),
                got: "\(count(text.utf8.count)) bytes, more than \(count(bytesMax))")
        }
        if let name = Name(rawValue: text) { return name }
        let got =
            if text.isEmpty {
                "an empty text"
            } else if text.count > Name.lengthMax {
                "\(count(text.count)) characters"
            } else if text.first?.isWhitespace == true || text.last?.isWhitespace == true {
                "white space at its begin or end"
            } else {
                "a control character"
            }
        throw EventProblem(field(), expected: expected(type), got: got)
    }
}
