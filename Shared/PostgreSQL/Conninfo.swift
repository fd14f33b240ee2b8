import CLibPQ

/// The keywords and values that libpq connects with.
struct Conninfo {
    let keywords: [String]
    let values: [String]

    /// Checks the address and adds what this library promises: schema, time zone, limits, keepalive.
    init(_ settings: DatabaseSettings) throws {
        var given = try Self.parse(settings.url)
        let options = [
            "search_path=\(SQL.quoted(settings.schema))",
            "timezone=UTC",
            "statement_timeout=\(settings.statementTimeout.milliseconds)",
            "lock_timeout=\(settings.lockTimeout.milliseconds)",
            "idle_in_transaction_session_timeout=\(settings.idleInTransactionTimeout.milliseconds)",
        ].map { "-c " + Self.escaped($0) }
        given["options"] = ([given["options"]].compactMap(\.self) + options).joined(separator: " ")
        given["application_name"] = settings.applicationName
        given["client_encoding"] = "UTF8"
        given["connect_timeout"] = String(max(settings.connectTimeout.components.seconds, 2))
        // A peer that vanished without a word is noticed in about half a minute even when nothing is being
        // sent.
        given["keepalives_idle"] = given["keepalives_idle"] ?? "15"
        given["keepalives_interval"] = given["keepalives_interval"] ?? "5"
        given["keepalives_count"] = given["keepalives_count"] ?? "3"
        given["tcp_user_timeout"] = given["tcp_user_timeout"] ?? "20000"
        keywords = Array(given.keys)
        values = keywords.map { given[$0] ?? "" }
    }

    /// libpq's own words about a bad address would quote it with its password, so they are not passed on.
    private static func parse(_ url: String) throws -> [String: String] {
        let expectation =
            "the database address is not valid: expected postgres://user:password@host:port/database"
        guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
            throw DatabaseError("08001", expectation)
        }
        var complaint: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(complaint) }
        guard let parsed = PQconninfoParse(url, &complaint) else {
            throw DatabaseError("08001", expectation)
        }
        defer { PQconninfoFree(parsed) }
        var found: [String: String] = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return found
    }

    /// Spaces and backslashes end a word inside `options` unless a backslash stands before them.
    private static func escaped(_ option: String) -> String {
        option.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ")
    }

    /// Opens a connection; blocks for at most the connect timeout for each address of the host.
    func connect() throws -> OpaquePointer {
        let connection = withCStrings(keywords) { keywords in
            withCStrings(values) { values in PQconnectdbParams(keywords, values, 0) }
        }
        guard let connection else { throw DatabaseError("08001", "no memory for a connection") }
        guard PQstatus(connection) == CONNECTION_OK else {
            defer { PQfinish(connection) }
            throw DatabaseError(
                "08001", PQerrorMessage(connection).map { Self.sentence($0) } ?? "cannot connect")
        }
        return connection
    }

    /// libpq's message without its line breaks.
    static func sentence(_ message: UnsafePointer<CChar>) -> String {
        String(cString: message).split(whereSeparator: \.isNewline)
            .map { $0.drop { $0.isWhitespace } }.joined(separator: " ")
    }
}

/// Calls `body` with an array of C strings that ends in NULL.
private func withCStrings<R>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> R
) -> R {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    for string in strings {
        offsets.append(bytes.count)
        bytes.append(contentsOf: string.utf8CString)
    }
    return bytes.withUnsafeBufferPointer { buffer in
        var pointers: [UnsafePointer<CChar>?] = offsets.map { offset in buffer.baseAddress.map { $0 + offset }
        }
        pointers.append(nil)
        return pointers.withUnsafeBufferPointer { table in
            guard let base = table.baseAddress else {
                preconditionFailure("the table ends in NULL, so it is not empty")
            }
            return body(base)
        }
    }
}
