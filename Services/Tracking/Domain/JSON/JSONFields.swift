/// The members of one object that a reader knows, each by its place among the reader's names.
///
/// Names are compared as bytes where they stand: a dictionary of texts for every object of every event costs more than
/// all else that is read of it. `null` is the same as leaving a member out.
struct JSONFields<Field: JSONField> {
    private var nodes: [Int]
    /// The first field that was there twice.
    private(set) var repeated: Field?

    /// - Parameter node: An object.
    init(_ tape: JSONTape, _ node: Int) {
        nodes = [Int](repeating: 0, count: Field.names.count)
        var position = node + 1
        let end = tape.nodes[node].next
        while position < end {
            let value = position + 1
            if tape.kind(value) != .null, let place = Field.names.firstIndex(where: { tape.isText(position, $0) }) {
                if nodes[place] != 0, repeated == nil { repeated = Field(rawValue: place) }
                nodes[place] = value
            }
            position = tape.nodes[value].next
        }
    }

    /// The value's node. The root is nobody's member, so 0 is free to mean that there is none.
    subscript(_ field: Field) -> Int? {
        let node = nodes[field.rawValue]
        return node == 0 ? nil : node
    }
}

/// A member that a reader knows.
protocol JSONField: RawRepresentable<Int>, Sendable {
    /// As they are written in JSON, in the order of the raw values from 0 on.
    static var names: [StaticString] { get }
}

extension JSONField {
    var name: StaticString { Self.names[rawValue] }
}

extension JSONTape {
    /// Whether a string says exactly this.
    func isText(_ node: Int, _ text: StaticString) -> Bool {
        let node = nodes[node]
        if node.hasEscapes { return Self.unescaped(bytes[node.start..<node.end]) == "\(text)" }
        return node.end - node.start == text.utf8CodeUnitCount
            && bytes.withUnsafeBytes { bytes in
                text.withUTF8Buffer { bytes[node.start..<node.end].elementsEqual(UnsafeRawBufferPointer($0)) }
            }
    }
}
