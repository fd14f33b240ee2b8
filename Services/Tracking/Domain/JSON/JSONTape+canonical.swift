import Contracts

extension JSONTape {
    /// The value with sorted keys and no white space, so that equal values have equal text. Of several
    /// members with one name the last counts, as PostgreSQL has it. Numbers keep their spelling.
    func canonical(_ node: Int) -> String {
        var writer = JSONWriter(capacity: range(node).count)
        writeCanonical(node, to: &writer)
        return writer.text
    }

    private func writeCanonical(_ node: Int, to writer: inout JSONWriter) {
        switch kind(node) {
        case .object:
            writer.raw("{")
            for (place, member) in sortedMembers(node).enumerated() {
                if place > 0 { writer.raw(",") }
                writeCanonical(member - 1, to: &writer)
                writer.raw(":")
                writeCanonical(member, to: &writer)
            }
            writer.raw("}")
        case .array:
            writer.raw("[")
            for (place, element) in elements(node).enumerated() {
                if place > 0 { writer.raw(",") }
                writeCanonical(element, to: &writer)
            }
            writer.raw("]")
        case .string where nodes[node].hasEscapes: writer.quoted(text(node))
        case .string, .number, .true, .false, .null: writer.raw(bytes[range(node)])
        }
    }

    /// The values of an object in the order of their names, which stand in the nodes before them.
    private func sortedMembers(_ node: Int) -> [Int] {
        var values: [Int] = []
        var arePlain = true
        var position = node + 1
        while position < nodes[node].next {
            arePlain = arePlain && isPlain(position)
            values.append(position + 1)
            position = nodes[position + 1].next
        }
        guard arePlain else { return sortedByText(values) }
        values.sort { name($0).lexicographicallyPrecedes(name($1)) || (name($0).elementsEqual(name($1)) && $0 < $1) }
        return values.indices.filter { place in
            place + 1 == values.count || !name(values[place]).elementsEqual(name(values[place + 1]))
        }.map { values[$0] }
    }

    /// Bytes of the name before a value.
    private func name(_ value: Int) -> ArraySlice<UInt8> { bytes[nodes[value - 1].start..<nodes[value - 1].end] }

    /// Whether a name's bytes sort as its text does: ASCII without escapes.
    private func isPlain(_ name: Int) -> Bool {
        let name = nodes[name]
        return !name.hasEscapes && bytes[name.start..<name.end].allSatisfy { $0 < 0x80 }
    }

    /// For names of any characters, in Swift's order of texts.
    private func sortedByText(_ values: [Int]) -> [Int] {
        var named: [String: Int] = [:]
        for value in values { named[text(value - 1)] = value }
        return named.sorted { $0.key < $1.key }.map(\.value)
    }

    static func writeQuoted(_ value: String, to text: inout String) {
        var writer = JSONWriter(capacity: value.utf8.count + 2)
        writer.quoted(value)
        text += writer.text
    }
}
