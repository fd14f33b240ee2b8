import CZlib
import Foundation

/// The bytes of a file from its beginning, unpacked where it is gzip, a piece at a time.
final class ByteSource {
    /// One read: enough to keep the disk busy, little enough to forget.
    private static let pieceBytes = 256 << 10

    let path: String
    /// Of the file as it lies on the disk.
    let fileBytes: Int
    private let file: gzFile
    private var piece = [UInt8](repeating: 0, count: pieceBytes)

    /// - Throws: ``ImportError`` when there is no such file, or it cannot be read.
    init(_ path: String) throws {
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(
                atPath: URL(filePath: path).resolvingSymlinksInPath().path)
        } catch {
            throw ImportError("\(path): expected a file, got nothing that can be read there")
        }
        guard attributes[.type] as? FileAttributeType == .typeRegular, let file = gzopen(path, "rb") else {
            throw ImportError("\(path): expected a file that can be read")
        }
        self.path = path
        self.file = file
        fileBytes = (attributes[.size] as? Int) ?? 0
    }

    deinit { gzclose(file) }

    /// How many bytes of the file were read so far.
    var position: Int { max(0, Int(gzoffset(file))) }

    /// The next bytes; empty at the end.
    ///
    /// - Throws: ``ImportError`` when what is packed is damaged or cut off.
    func next() throws -> ArraySlice<UInt8> {
        let count = piece.withUnsafeMutableBytes { gzread(file, $0.baseAddress, UInt32($0.count)) }
        var code: Int32 = 0
        let words = gzerror(file, &code).map { String(cString: $0) } ?? ""
        guard count >= 0, code == Z_OK || code == Z_STREAM_END else {
            throw ImportError("\(path): expected a whole gzip file, got one that is damaged (\(words))")
        }
        return piece[..<Int(count)]
    }
}

/// Why an import cannot go on, as a sentence for the person at the terminal.
struct ImportError: Error, CustomStringConvertible, Equatable {
    /// What a terminal can show: a sentence may repeat what a file says, and a file may say a megabyte.
    static let lengthMax = 1_000

    let description: String

    init(_ sentence: String) {
        description = sentence.count > Self.lengthMax ? sentence.prefix(Self.lengthMax) + "…" : sentence
    }
}
