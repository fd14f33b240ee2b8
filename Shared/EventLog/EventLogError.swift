/// What a log can find wrong with itself. None of these heals by waiting: each wants an operator's look.
public enum EventLogError: Error, Sendable, Hashable {
    /// The counter of a partition is missing: the migrations of the log did not run in this schema.
    case isNotMigrated(partition: Int)
    /// The log has a hole: `found` follows `after` although numbers have none. Nothing goes past it.
    case hole(partition: Int, after: Int64, found: Int64)
    /// The log ends before something that was already heard or published, as after a restore from a backup.
    case wentBack(partition: Int, head: Int64, known: Int64)
    /// The log holds another fact under a number than was published or applied, as after a restore from a backup.
    case differs(partition: Int, seq: Int64)
    /// What was read is another log than the one wanted: a service's address is wrong.
    case otherLog(wanted: String, found: String)
    /// There is no such dead letter, or it was replayed already.
    case noSuchDeadLetter(id: Int64)
    /// A fact whose body holds a NUL character was to be appended: nobody could read it.
    case bodyHoldsNUL(type: String)
}

extension EventLogError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .isNotMigrated(let partition):
            "log_head has no row for partition \(partition): run the migrations"
        case .hole(let partition, let after, let found):
            "partition \(partition) of the log has a hole: \(found) follows \(after)"
        case .wentBack(let partition, let head, let known):
            "partition \(partition) of the log ends at \(head), but \(known) was known already: was it restored?"
        case .differs(let partition, let seq):
            "partition \(partition) of the log has another fact at \(seq) than was known: was it restored?"
        case .otherLog(let wanted, let found): "the log read is not that of \(wanted), but has \(found)"
        case .noSuchDeadLetter(let id): "dead letter \(id) does not exist or was replayed already"
        case .bodyHoldsNUL(let type): "a body of \(type) holds a NUL character, which no text can"
        }
    }
}
