/// JSON merge patch (RFC 7396): what the patch has wins, `null` takes away, objects are merged member by member.
///
/// It works on the text: whatever the patch leaves alone stays as it was written, to the last digit of a number.
enum MergePatch {
    /// The patched document as text.
    static func apply(_ patch: JSONTape, to target: JSONTape) -> String {
        var text = ""
        write(patch, JSONTape.root, over: (target, JSONTape.root), to: &text)
        return text
    }

    private static func write(
        _ patch: JSONTape, _ change: Int, over target: (tape: JSONTape, node: Int)?, to text: inout String
    ) {
        guard patch.kind(change) == .object else {
            text += raw(patch, change)
            return
        }
        var changes: [String: Int] = [:]
        var order: [String] = []
        for (name, value) in patch.members(change) {
            if changes.updateValue(value, forKey: name) == nil { order.append(name) }
        }
        var members: [String] = []
        if let target, target.tape.kind(target.node) == .object {
            for (name, value) in target.tape.members(target.node) {
                guard let change = changes.removeValue(forKey: name) else {
                    members.append(member(name, raw(target.tape, value)))
                    continue
                }
                guard patch.kind(change) != .null else { continue }
                members.append(member(name, written(patch, change, over: (target.tape, value))))
            }
        }
        for name in order {
            guard let change = changes[name], patch.kind(change) != .null else { continue }
            members.append(member(name, written(patch, change, over: nil)))
        }
        text += "{" + members.joined(separator: ",") + "}"
    }

    private static func written(
        _ patch: JSONTape, _ change: Int, over target: (tape: JSONTape, node: Int)?
    ) -> String {
        var text = ""
        write(patch, change, over: target, to: &text)
        return text
    }

    private static func member(_ name: String, _ value: String) -> String {
        var text = ""
        JSONTape.writeQuoted(name, to: &text)
        return text + ":" + value
    }

    private static func raw(_ tape: JSONTape, _ node: Int) -> String {
        String(decoding: tape.bytes[tape.range(node)], as: UTF8.self)
    }
}
