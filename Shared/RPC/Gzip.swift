import CZlib
import Contracts
import Foundation

/// Compressed bodies (RFC 1952).
public enum Gzip {
    private static let windowBitsWithGzipHeader: Int32 = 15 + 16
    private static let chunk = 64 << 10

    /// Unpacks `data`, stopping as soon as the result would be longer than `limit` bytes: what counts is
    /// what a body becomes, not what it weighs on the wire.
    ///
    /// - Throws: `invalid_argument` when it is no gzip data or is cut off; ``BodyTooLarge`` beyond the limit.
    public static func decompress(_ data: Data, limit: Int) throws -> Data {
        var stream = z_stream()
        guard czlib_inflate_init(&stream, windowBitsWithGzipHeader) == Z_OK else {
            throw RPCError(.internal, "the body cannot be unpacked", detail: "zlib could not be initialised")
        }
        defer { inflateEnd(&stream) }
        var result = Data()
        var buffer = [UInt8](repeating: 0, count: chunk)
        var input = Array(data)
        return try input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            while true {
                let (code, produced) = buffer.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    let code = inflate(&stream, Z_NO_FLUSH)
                    return (code, output.count - Int(stream.avail_out))
                }
                guard result.count + produced <= limit else { throw BodyTooLarge(limit: limit) }
                result.append(contentsOf: buffer[..<produced])
                if code == Z_STREAM_END { return result }
                guard code == Z_OK, produced > 0 || stream.avail_in > 0 else {
                    throw RPCError(.invalidArgument, "the body is not complete gzip data")
                }
            }
        }
    }

    /// Packs `data` at zlib's fastest level: between services on one machine, time costs more than bytes.
    public static func compress(_ data: Data) throws -> Data {
        var stream = z_stream()
        guard czlib_deflate_init(&stream, Z_BEST_SPEED, windowBitsWithGzipHeader) == Z_OK else {
            throw RPCError(.internal, "the answer cannot be packed", detail: "zlib could not be initialised")
        }
        defer { deflateEnd(&stream) }
        var result = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(data.count))))
        var input = Array(data)
        let code = input.withUnsafeMutableBufferPointer { input in
            result.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return deflate(&stream, Z_FINISH)
            }
        }
        guard code == Z_STREAM_END else {
            throw RPCError(.internal, "the answer cannot be packed", detail: "deflate answered \(code)")
        }
        return Data(result.prefix(Int(stream.total_out)))
    }
}

/// A body beyond its limit. Answered with status 413.
public struct BodyTooLarge: Error, RPCErrorConvertible {
    /// Bytes, counted after unpacking.
    public let limit: Int

    public init(limit: Int) { self.limit = limit }

    // Not `resource_exhausted`: trying the same body again can never help.
    public var rpcError: RPCError {
        RPCError(.invalidArgument, "the body is larger than the \(limit) bytes allowed")
    }
}
