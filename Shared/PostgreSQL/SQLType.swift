/// A PostgreSQL type by its object id, as it stands in `pg_type`. The ids of built-in types never change.
public struct SQLType: Hashable, Sendable {
    /// The object id.
    public let oid: UInt32

    /// Names a type by its object id.
    public init(oid: UInt32) {
        self.oid = oid
    }

    // The built-in types, each by the name that SQL gives it.

    public static let bool = SQLType(oid: 16)
    public static let bytea = SQLType(oid: 17)
    public static let char = SQLType(oid: 18)
    public static let name = SQLType(oid: 19)
    public static let int8 = SQLType(oid: 20)
    public static let int2 = SQLType(oid: 21)
    public static let int4 = SQLType(oid: 23)
    public static let text = SQLType(oid: 25)
    public static let objectID = SQLType(oid: 26)
    public static let json = SQLType(oid: 114)
    public static let float4 = SQLType(oid: 700)
    public static let float8 = SQLType(oid: 701)
    public static let unknown = SQLType(oid: 705)
    public static let void = SQLType(oid: 2278)
    public static let bpchar = SQLType(oid: 1042)
    public static let varchar = SQLType(oid: 1043)
    public static let date = SQLType(oid: 1082)
    public static let timestamp = SQLType(oid: 1114)
    public static let timestamptz = SQLType(oid: 1184)
    public static let interval = SQLType(oid: 1186)
    public static let numeric = SQLType(oid: 1700)
    public static let uuid = SQLType(oid: 2950)
    public static let jsonb = SQLType(oid: 3802)

    /// Ids from here on belong to types made in the database itself: enumerations, domains' bases,
    /// extensions.
    static let firstUserDefined: UInt32 = 16_384

    private static let table: [(element: SQLType, array: UInt32, name: String)] = [
        (.bool, 1000, "boolean"), (.bytea, 1001, "bytea"), (.char, 1002, "\"char\""), (.name, 1003, "name"),
        (.int2, 1005, "smallint"), (.int4, 1007, "integer"), (.text, 1009, "text"),
        (.bpchar, 1014, "character"),
        (.varchar, 1015, "character varying"), (.int8, 1016, "bigint"), (.float4, 1021, "real"),
        (.float8, 1022, "double precision"), (.objectID, 1028, "oid"), (.date, 1182, "date"),
        (.timestamp, 1115, "timestamp without time zone"), (.timestamptz, 1185, "timestamptz"),
        (.interval, 1187, "interval"), (.numeric, 1231, "numeric"), (.uuid, 2951, "uuid"),
        (.json, 199, "json"),
        (.jsonb, 3807, "jsonb"), (.unknown, 0, "unknown"), (.void, 0, "void"),
    ]
    private static let arrays = Dictionary(
        uniqueKeysWithValues: table.lazy.map { ($0.element.oid, $0.array) })
    private static let elements = Dictionary(
        uniqueKeysWithValues: table.lazy.filter { $0.array != 0 }.map { ($0.array, $0.element) })
    private static let names = Dictionary(uniqueKeysWithValues: table.lazy.map { ($0.element.oid, $0.name) })

    /// The array type over this one, or `nil` where this library knows none.
    public var array: SQLType? {
        guard let oid = Self.arrays[oid], oid != 0 else { return nil }
        return SQLType(oid: oid)
    }

    /// The type of the elements when this is an array type, else `nil`.
    public var element: SQLType? { Self.elements[oid] }
}

extension SQLType: CustomStringConvertible {
    /// The name as SQL spells it, or `type 12345` for one made in the database.
    public var description: String {
        if let name = Self.names[oid] { return name }
        if let element { return "\(element)[]" }
        return "type \(oid)"
    }
}
