import CZlib
import Foundation

/// The files of a zip archive, as far as tables are packed in one: stored or deflated, not encrypted, below 4 GB.
struct ZipArchive {
    /// A directory entry: where the packed bytes stand, and what they become.
    private struct Entry {
        let method: Int
        let packedBytes: Int
        let bytes: Int
        let headerOffset: Int
    }

    /// One unpacked file, in bytes: a district's enrollments are some 100 MB; a bomb is more.
    static let fileBytesMax = 1 << 30
    /// What deflate can make of one byte at most: a file that says it becomes more is damaged, whatever it says.
    private static let inflationMax = 1_032
    private static let stored = 0
    private static let deflated = 8

    private let data: Data
    private let path: String
    private var entries: [String: Entry] = [:]

    /// Names of the files, without their folders.
    var names: [String] { entries.keys.sorted() }

    /// - Throws: ``ImportError`` when it is no archive of this kind.
    init(_ path: String) throws {
        self.path = path
        data = try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
        // The end record is 22 bytes and a comment of up to 65,535; it is looked for from behind.
        let lowest = max(0, data.count - 22 - 65_535)
        guard data.count >= 22,
            let end = stride(from: data.count - 22, through: lowest, by: -1)
                .first(where: { number($0, 4) == 0x0605_4B50 })
        else { throw ImportError("\(path): expected a zip archive, got another file") }
        let count = number(end + 10, 2)
        var place = number(end + 16, 4)
        guard place != 0xFFFF_FFFF, count != 0xFFFF else {
            throw ImportError("\(path): expected a zip archive below 4 GB; unpack it and give the folder")
        }
        for _ in 0..<count {
            guard place + 46 <= data.count, number(place, 4) == 0x0201_4B50 else { throw damaged }
            let (nameBytes, extra, comment) = (number(place + 28, 2), number(place + 30, 2), number(place + 32, 2))
            guard place + 46 + nameBytes <= data.count else { throw damaged }
            let name = String(decoding: slice(place + 46, nameBytes), as: UTF8.self)
            guard number(place + 8, 2) & 1 == 0 else { throw ImportError("\(path): \(name) is encrypted") }
            if let file = name.split(separator: "/").last, !name.hasSuffix("/"), !name.hasPrefix("__MACOSX/") {
                entries[String(file)] = Entry(
                    method: number(place + 10, 2), packedBytes: number(place + 20, 4), bytes: number(place + 24, 4),
                    headerOffset: number(place + 42, 4))
            }
            place += 46 + nameBytes + extra + comment
        }
    }

    /// The bytes of a file; `nil` when the archive has none of that name.
    func file(_ name: String) throws -> Data? {
        guard let entry = entries[name] else { return nil }
        guard entry.bytes <= Self.fileBytesMax else {
            throw ImportError("\(path): expected \(name) to have at most 1 GB, got \(entry.bytes.grouped) bytes")
        }
        let header = entry.headerOffset
        guard header + 30 <= data.count, number(header, 4) == 0x0403_4B50 else { throw damaged }
        let start = header + 30 + number(header + 26, 2) + number(header + 28, 2)
        guard start + entry.packedBytes <= data.count else { throw damaged }
        let packed = slice(start, entry.packedBytes)
        switch entry.method {
        case Self.stored: return packed
        case Self.deflated: return try inflated(packed, to: entry.bytes)
        default:
            throw ImportError("\(path): expected \(name) stored or deflated, got method \(entry.method)")
        }
    }

    private func inflated(_ packed: Data, to count: Int) throws -> Data {
        // Memory is asked for by what is there, not by what a directory of a few bytes promises.
        guard count <= packed.count * Self.inflationMax else { throw damaged }
        var stream = z_stream()
        // Without a header of its own: the archive has one.
        guard czlib_inflate_init(&stream, -15) == Z_OK else { throw damaged }
        defer { inflateEnd(&stream) }
        var input = [UInt8](packed)
        // One byte more than the directory says, to see when it says too little.
        var output = [UInt8](repeating: 0, count: count + 1)
        let code = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return inflate(&stream, Z_FINISH)
            }
        }
        guard code == Z_STREAM_END, Int(stream.total_out) == count else { throw damaged }
        return Data(output.dropLast())
    }

    private var damaged: ImportError { ImportError("\(path): expected a whole zip archive, got one that is damaged") }

    private func slice(_ start: Int, _ count: Int) -> Data {
        data.subdata(in: data.startIndex + start..<data.startIndex + start + count)
    }

    /// Little-endian, as everything in an archive.
    private func number(_ place: Int, _ bytes: Int) -> Int {
        (0..<bytes).reduce(0) { $0 | Int(data[data.startIndex + place + $1]) << (8 * $1) }
    }
}
