import CXGBoost

/// What XGBoost refused to do, in one line.
public struct XGBoostError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The step that failed, such as `predict`.
    public let step: String
    /// The library's own first line; what follows it there is a C++ stack trace, which helps no reader.
    public let message: String

    public init(step: String, message: String) {
        self.step = step
        self.message = message
    }

    public var description: String { "xgboost could not \(step): \(message)" }
}

/// Turns the library's return code into a thrown error.
///
/// The error text is kept by the library per thread, so it is read here, on the thread that made the call.
func check(_ code: Int32, _ step: String) throws(XGBoostError) {
    guard code != 0 else { return }
    let text = XGBGetLastError().map { String(cString: $0) } ?? ""
    throw XGBoostError(step: step, message: firstLine(of: text))
}

/// The first line that says something, without the leading `[22:01:07] ../src/file.cc:12: ` of the library's
/// log.
func firstLine(of text: String) -> String {
    let line = text.split(separator: "\n").first { !$0.allSatisfy(\.isWhitespace) }
    guard var rest = line.map({ $0[...] }) else { return "no reason given" }
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
        rest = rest[rest.index(after: end)...]
    }
    return rest.drop(while: \.isWhitespace).description
}
