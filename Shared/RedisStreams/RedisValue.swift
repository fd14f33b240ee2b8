/// One reply of Redis, in the types of RESP2.
public enum RedisValue: Sendable, Hashable {
    case null
    case integer(Int64)
    /// A status line such as `OK`.
    case status(String)
    /// A string of bytes, safe for any content.
    case bulk([UInt8])
    case array([RedisValue])
    /// An error inside a pipeline or an array. A single command's error is thrown instead.
    case error(RedisError)

    /// The text of a status or of a string that is valid UTF-8; nil for anything else.
    public var text: String? {
        switch self {
        case .status(let text): text
        case .bulk(let bytes): String(validating: bytes, as: UTF8.self)
        case .null, .integer, .array, .error: nil
        }
    }

    /// The number of an integer reply, or of a string that spells one; nil for anything else.
    public var integer: Int64? {
        switch self {
        case .integer(let number): number
        case .bulk, .status: text.flatMap(Int64.init)
        case .null, .array, .error: nil
        }
    }

    /// The elements of an array; nil for anything else.
    public var array: [RedisValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    /// The value itself, or its error thrown.
    public func get() throws(RedisError) -> RedisValue {
        if case .error(let error) = self { throw error }
        return self
    }
}
