import Contracts
import Foundation

/// A fact on a stream: a CloudEvents 1.0 JSON document.
enum CloudEvent {
    /// The id under which the outside knows a fact: unique within the source, and it says where to read it again.
    static func id(of fact: Fact) -> String { "\(fact.stream)/\(fact.partition)/\(fact.seq)" }

    /// The document. The same fact always gives the same bytes.
    static func render(_ fact: Fact) -> String {
        var json = #"{"specversion":"1.0""#
        json.reserveCapacity(fact.body.utf8.count + 448)
        func member(_ name: StaticString, _ text: String) {
            json += ",\"\(name)\":"
            appendQuoted(text, to: &json)
        }
        member("id", id(of: fact))
        member("source", "/streams/\(fact.stream)")
        member("type", fact.type)
        member("subject", fact.key)
        member("time", RFC3339.string(from: fact.occurredAt))
        member("datacontenttype", "application/json")
        member("tenant", fact.tenant.rawValue)
        member("partitionkey", fact.key)
        member("recordedtime", RFC3339.string(from: fact.recordedAt))
        json += ",\"dataversion\":\(fact.version)"
        if let traceparent = fact.traceparent { member("traceparent", traceparent) }
        json += ",\"data\":"
        json += fact.body
        json += "}"
        return json
    }

    /// Reads a document back; nil for one that the relay did not write. The log then has the fact.
    static func parse(_ document: [UInt8], stream: String, partition: Int, seq: Int64) -> Fact? {
        guard let members = JSONMembers(document),
            members.text("id") == "\(stream)/\(partition)/\(seq)",
            let tenant = members.text("tenant"), let key = members.text("subject"),
            let type = members.text("type"), let version = members.raw("dataversion").flatMap({ Int($0) }),
            let occurredAt = members.text("time").flatMap(RFC3339.date(from:)),
            let recordedAt = members.text("recordedtime").flatMap(RFC3339.date(from:)),
            let body = members.raw("data")
        else { return nil }
        return Fact(
            partition: partition, seq: seq, stream: stream, tenant: TenantID(checked: tenant), key: key,
            type: type, version: version, occurredAt: occurredAt, recordedAt: recordedAt, body: body,
            traceparent: members.text("traceparent"))
    }

    private static func appendQuoted(_ text: String, to json: inout String) {
        json += "\""
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            json += text
        } else {
            for scalar in text.unicodeScalars {
                switch scalar {
                case "\"": json += "\\\""
                case "\\": json += "\\\\"
                case "\u{0}"..<"\u{20}":
                    let digits = String(scalar.value, radix: 16)
                    json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                default: json.unicodeScalars.append(scalar)
                }
            }
        }
        json += "\""
    }
}
