/// Splits the bytes of a table into records (RFC 4180): quoted fields with commas, line ends and doubled quotation
/// marks in them, CR LF and LF, and a byte order mark before all.
///
/// It keeps no more than one record: feed it pieces, take out what is complete.
struct CSVParser {
    /// A record and the line in which it begins, counted from 1.
    struct Record: Equatable {
        let line: Int
        let fields: [String]
    }

    /// A quoted field that does not end here was surely not meant to be one, in bytes.
    static let recordBytesMax = 1 << 20

    private enum State {
        case fieldStart, plain, quoted
        /// After a quotation mark in a quoted field: the field's end, or half of a doubled mark.
        case quoteInQuoted
    }

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private var state = State.fieldStart
    private var field: [UInt8] = []
    private var fields: [String] = []
    private var line = 1
    private var startLine = 1
    private var recordBytes = 0
    private var isAtStart = true

    /// - Returns: The records that are complete with these bytes. Lines without anything are passed over.
    /// - Throws: ``ImportError`` for a record beyond all measure, which comes of a quotation mark that is not closed.
    mutating func feed(_ bytes: ArraySlice<UInt8>) throws -> [Record] {
        var records: [Record] = []
        var bytes = bytes
        if isAtStart, !bytes.isEmpty {
            isAtStart = false
            // UTF-8's byte order mark, as spreadsheets write it.
            if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        }
        for byte in bytes {
            recordBytes += 1
            guard recordBytes <= Self.recordBytesMax else {
                throw ImportError(
                    "line \(startLine): expected a record of at most \(Self.recordBytesMax.grouped) bytes; "
                        + "a quotation mark may be missing")
            }
            take(byte, &records)
        }
        return records
    }

    /// - Returns: The last record, where no line end follows it.
    mutating func finish() -> Record? {
        guard state != .fieldStart || !fields.isEmpty || !field.isEmpty else { return nil }
        endField()
        return endRecord()
    }

    private mutating func take(_ byte: UInt8, _ records: inout [Record]) {
        if byte == Self.newline { line += 1 }
        switch state {
        case .quoted:
            if byte == Self.quote { state = .quoteInQuoted } else { field.append(byte) }
        case .quoteInQuoted where byte == Self.quote:
            field.append(byte)
            state = .quoted
        case .fieldStart where byte == Self.quote:
            state = .quoted
        case .fieldStart, .plain, .quoteInQuoted:
            switch byte {
            case Self.comma:
                endField()
                state = .fieldStart
            case Self.newline:
                if state == .fieldStart, fields.isEmpty {
                    startRecord()
                } else {
                    endField()
                    if let record = endRecord() { records.append(record) }
                }
            case Self.carriageReturn: if state == .plain { field.append(byte) }
            default:
                field.append(byte)
                state = .plain
            }
        }
    }

    private mutating func endField() {
        // A carriage return before the line feed belongs to the line end.
        if field.last == Self.carriageReturn, state == .plain { field.removeLast() }
        fields.append(String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
    }

    private mutating func endRecord() -> Record? {
        defer { startRecord() }
        return fields == [""] ? nil : Record(line: startLine, fields: fields)
    }

    private mutating func startRecord() {
        fields = []
        state = .fieldStart
        startLine = line
        recordBytes = 0
    }
}
