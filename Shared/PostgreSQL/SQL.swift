/// A statement whose values travel apart from its text.
///
/// ```swift
/// "SELECT score FROM risk_score WHERE learner_id = \(learner) LIMIT \(limit)"   // … = $1 LIMIT $2
/// ```
/// `\(value)` binds and can therefore never become SQL; `\(identifier:)` quotes a name; `\(raw:)` pastes a
/// constant of the program; `+` and `+=` compose.
public struct SQL: Sendable {
    /// The text around the parameters: always one piece more than there are parameters.
    private(set) var pieces: [String] = [""]
    private(set) var types: [SQLType] = []
    /// End of each parameter in `writer.bytes`; -1 - end for NULL.
    private(set) var ends: [Int] = []
    private(set) var writer = SQLWriter()
    /// Why this statement cannot be sent, or `nil`.
    private(set) var problem: String?

    /// The text as the server gets it, with `$1`, `$2`, … for the values.
    public var text: String {
        if pieces.count == 1 { return pieces[0] }
        var text = pieces[0]
        for index in 1..<pieces.count {
            text += "$\(index)"
            text += pieces[index]
        }
        return text
    }

    /// How many values are bound.
    public var parameterCount: Int { types.count }

    /// Puts two parts of one statement together; parameters are numbered through.
    public static func + (left: SQL, right: SQL) -> SQL {
        var result = left
        result += right
        return result
    }

    /// Appends a part of a statement; parameters are numbered through.
    public static func += (left: inout SQL, right: SQL) {
        let offset = left.writer.bytes.count
        left.pieces[left.pieces.count - 1] += right.pieces[0]
        left.pieces.append(contentsOf: right.pieces.dropFirst())
        left.types.append(contentsOf: right.types)
        left.ends.append(contentsOf: right.ends.map { $0 < 0 ? $0 - offset : $0 + offset })
        left.writer.bytes.append(contentsOf: right.writer.bytes)
        left.problem = left.problem ?? right.problem
    }

    /// Binds one value.
    mutating func bind(_ value: some SQLBindable) {
        value.encode(into: &writer)
        types.append(type(of: value).sqlType)
        let end = writer.bytes.count
        ends.append(writer.isNull ? -1 - end : end)
        writer.isNull = false
        if let reason = writer.problem, problem == nil { problem = "\(reason) (parameter $\(types.count))" }
        pieces.append("")
    }

    fileprivate mutating func append(text: String) {
        pieces[pieces.count - 1] += text
    }

    /// A name as SQL quotes it.
    static func quoted(_ identifier: String) -> String {
        "\"" + identifier.replacing("\"", with: "\"\"") + "\""
    }
}

extension SQL: ExpressibleByStringInterpolation {
    /// A statement without values.
    public init(stringLiteral value: String) {
        pieces = [value]
    }

    /// A statement from its parts.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    /// What `\(…)` means inside a statement.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        fileprivate var sql = SQL(stringLiteral: "")

        /// Starts an empty statement.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Takes text of the program as it is.
        public mutating func appendLiteral(_ literal: String) {
            sql.append(text: literal)
        }

        /// Binds a value, an optional or an array.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            sql.bind(value)
        }

        /// Binds a value or NULL. Spelled out beside the general form, because the compiler takes an optional
        /// that meets a generic parameter for a slip.
        public mutating func appendInterpolation<T: SQLBindable>(_ value: T?) {
            sql.bind(value)
        }

        /// Binds the raw value of an identifier or enumeration.
        @_disfavoredOverload
        public mutating func appendInterpolation<T: RawRepresentable>(_ value: T)
        where T.RawValue: SQLBindable {
            sql.bind(value.rawValue)
        }

        /// Binds the raw value, or NULL.
        @_disfavoredOverload
        public mutating func appendInterpolation<T: RawRepresentable>(_ value: T?)
        where T.RawValue: SQLBindable {
            sql.bind(value.map(\.rawValue))
        }

        /// Binds an array of raw values.
        @_disfavoredOverload
        public mutating func appendInterpolation<T: RawRepresentable>(_ values: [T])
        where T.RawValue: SQLBindable {
            sql.bind(values.map(\.rawValue))
        }

        /// Binds an array of raw values with NULLs.
        @_disfavoredOverload
        public mutating func appendInterpolation<T: RawRepresentable>(_ values: [T?])
        where T.RawValue: SQLBindable {
            sql.bind(values.map { $0.map(\.rawValue) })
        }

        /// Puts in a table or column name, quoted.
        public mutating func appendInterpolation(identifier: String) {
            if identifier.utf8.contains(0) || identifier.isEmpty {
                sql.refuse("a name must not be empty or hold a NUL character")
            }
            sql.append(text: SQL.quoted(identifier))
        }

        /// Puts in text of the program as it is. Only for constants: never for anything that came from
        /// outside.
        public mutating func appendInterpolation(raw: String) {
            sql.append(text: raw)
        }

        /// Puts in a part of a statement together with its values.
        public mutating func appendInterpolation(_ part: SQL) {
            sql += part
        }
    }

    fileprivate mutating func refuse(_ reason: String) {
        problem = problem ?? reason
    }
}
