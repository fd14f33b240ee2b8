import Contracts
import Foundation

/// The Person Object of the agents resource (Communication 2.4): all that is known of who an identifier means.
struct XAPIPerson {
    private var names: [String] = []
    private let identifier: String
    private let identifierText: String
    private let identifierKind: XAPIIdentifier

    /// - Returns: nil when the actor has no identifier.
    init?(_ view: XAPIView, _ actor: Int) {
        guard let identifier = view.identifier(of: actor),
            let kind = XAPIIdentifier.allCases.first(where: { view.member(actor, $0.rawValue) != nil }),
            let value = view.member(actor, kind.rawValue)
        else { return nil }
        self.identifier = identifier
        identifierKind = kind
        identifierText = view.tape.canonical(value)
        note(view.text(actor, "name"))
    }

    /// What a filter for the actor asks for.
    var term: XAPITerm { XAPITerm(.relatedAgent, identifier) }

    /// Takes the names that a statement has for the actor, wherever in it the actor is.
    mutating func note(_ raw: String) throws(JSONSyntaxError) {
        let tape = try JSONTape(Data(raw.utf8), depthMax: TrackingLimits.xapiDepthMax)
        let view = XAPIView(tape: tape)
        for statement in [JSONTape.root, view.subStatement(JSONTape.root)].compactMap({ $0 }) {
            let context = view.member(statement, "context")
            let places = [
                view.member(statement, "actor"), view.member(statement, "object"),
                view.member(context, "instructor"), view.member(context, "team"),
            ].compactMap { $0 }
            for actor in places.flatMap({ [$0] + view.elements(view.member($0, "member")) })
            where view.identifier(of: actor) == identifier {
                note(view.text(actor, "name"))
            }
        }
    }

    private mutating func note(_ name: String?) {
        if let name, !names.contains(name) { names.append(name) }
    }

    var json: String {
        var text = "{"
        JSONTape.writeQuoted(identifierKind.rawValue, to: &text)
        text += ":[\(identifierText)]"
        if !names.isEmpty {
            let quoted = names.map { name in
                var quoted = ""
                JSONTape.writeQuoted(name, to: &quoted)
                return quoted
            }
            text += ",\"name\":[\(quoted.joined(separator: ","))]"
        }
        return text + ",\"objectType\":\"Person\"}"
    }
}
