import Contracts

/// The log: how a service says what happened so that every other service hears it exactly once and in order.
///
/// A fact is written in the transaction that changes the state it describes (``LogAppender``), copied to a Redis
/// stream (``LogRelay``), and takes effect at each hearer in the transaction that moves the hearer's position
/// (``LogConsumer``). PostgreSQL is the truth; losing all of Redis loses nothing. docs/events.md tells the story.
public enum EventLog {
    /// Partitions of every log, fixed when a service is installed: the unit of order, ownership and placement.
    public static let partitionCount = 64

    /// The partition whose order holds for all facts of one key of one tenant.
    ///
    /// FNV-1a with 64 bits over the UTF-8 of the tenant, a zero byte and the UTF-8 of the key, modulo 64. It must
    /// never change: a key whose partition moved would lose its order.
    public static func partition(tenant: TenantID, key: String) -> Int {
        var hash = FNV()
        hash.absorb(tenant.rawValue)
        hash.absorb(0)
        hash.absorb(key)
        return Int(hash.value % UInt64(partitionCount))
    }

    /// The key of the Redis stream that carries one partition. The braces make the partition the hash tag of a cluster.
    public static func streamKey(_ stream: String, partition: Int) -> String { "\(stream):{\(partition)}" }

    /// The Redis hash in which consumers say how far they are: field `<consumer>/<partition>`, value
    /// `<position> <milliseconds since 1970>`. Only trimming reads it.
    static func positionsKey(_ stream: String) -> String { "\(stream):positions" }
}

/// FNV-1a with 64 bits.
struct FNV {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func absorb(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    mutating func absorb(_ text: String) { for byte in text.utf8 { absorb(byte) } }
}
