import Contracts
import Foundation

/// Writes the answer of RecordEvents as JSON.
///
/// As with `EventBody`: an encoder that works for every type takes longer over the receipts of a batch than reading
/// and checking the batch took. A test holds that both say the same.
enum ReceiptsBody {
    static func json(_ response: RecordEvents.Response) -> JSONWriter {
        var json = JSONWriter(capacity: 96 + response.receipts.count * 64)
        json.raw("{\"accepted\":\(response.accepted),\"conflict\":\(response.conflict),")
        json.raw("\"duplicate\":\(response.duplicate),\"quarantined\":\(response.quarantined),\"receipts\":[")
        for (place, receipt) in response.receipts.enumerated() {
            if place > 0 { json.raw(",") }
            json.raw("{")
            if let id = receipt.id {
                json.raw("\"id\":")
                json.quoted(id)
                json.raw(",")
            }
            if let reason = receipt.reason {
                json.raw("\"reason\":")
                json.quoted(reason)
                json.raw(",")
            }
            json.raw("\"status\":\"")
            json.raw(receipt.status.rawValue)
            json.raw("\"}")
        }
        json.raw("]}")
        return json
    }
}
