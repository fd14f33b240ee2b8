import Crypto

/// One command, already in the form in which it travels, so that the connection's thread only copies bytes.
public struct RedisCommand: Sendable {
    let wire: [UInt8]

    /// The command's name and arguments, each safe for any content.
    public init(_ words: [String]) {
        var builder = Builder(words: words.count)
        for word in words { builder.append(word) }
        wire = builder.wire
    }

    /// Builds a command word by word, for commands with many arguments.
    ///
    /// - Parameter words: how many words follow. Appending another number is a programming error.
    init(words: Int, _ build: (inout Builder) -> Void) {
        var builder = Builder(words: words)
        build(&builder)
        precondition(builder.remaining == 0, "a Redis command must get as many words as it announced")
        wire = builder.wire
    }

    struct Builder {
        private(set) var wire: [UInt8] = []
        private(set) var remaining: Int

        init(words: Int) {
            remaining = words
            wire.append(UInt8(ascii: "*"))
            wire.append(contentsOf: String(words).utf8)
            endLine()
        }

        mutating func append(_ word: String) {
            remaining -= 1
            var word = word
            word.withUTF8 { bytes in
                wire.append(UInt8(ascii: "$"))
                wire.append(contentsOf: String(bytes.count).utf8)
                endLine()
                wire.append(contentsOf: bytes)
                endLine()
            }
        }

        private mutating func endLine() {
            wire.append(UInt8(ascii: "\r"))
            wire.append(UInt8(ascii: "\n"))
        }
    }
}

/// A Lua script and the hash by which the server knows it.
public struct RedisScript: Sendable {
    public let source: String
    /// The lower-case hexadecimal SHA-1 of ``source``.
    public let hash: String

    public init(_ source: String) {
        self.source = source
        hash = Insecure.SHA1.hash(data: Array(source.utf8)).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    func byHash(keys: [String], arguments: [String]) -> RedisCommand {
        call("EVALSHA", hash, keys, arguments)
    }

    func bySource(keys: [String], arguments: [String]) -> RedisCommand {
        call("EVAL", source, keys, arguments)
    }

    private func call(_ name: String, _ body: String, _ keys: [String], _ arguments: [String]) -> RedisCommand
    {
        RedisCommand(words: 3 + keys.count + arguments.count) { command in
            command.append(name)
            command.append(body)
            command.append(String(keys.count))
            for key in keys { command.append(key) }
            for argument in arguments { command.append(argument) }
        }
    }
}
