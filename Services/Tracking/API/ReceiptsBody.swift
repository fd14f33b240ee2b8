import Contracts
import Foundation

/// Writes the answer of RecordEvents as JSON.
///
/// As with `EventBody`: an encoder that works for every type takes longer over the receipts of a batch than reading
/// and checking the batch took. A test holds that both say the same.
enum ReceiptsBody {
    static func json(_ response: RecordEvents.Response) -> Data {
        var text = ""
        text.reserveCapacity(96 + response.receipts.count * 64)
        text += "{\"accepted\":\(response.accepted),\"conflict\":\(response.conflict),"
        text += "\"duplicate\":\(response.duplicate),\"quarantined\":\(response.quarantined),\"receipts\":["
        for (place, receipt) in response.receipts.enumerated() {
            text += place == 0 ? "{" : ",{"
            if let id = receipt.id {
                text += "\"id\":"
                JSONTape.writeQuoted(id, to: &text)
                text += ","
            }
            if let reason = receipt.reason {
                text += "\"reason\":"
                JSONTape.writeQuoted(reason, to: &text)
                text += ","
            }
            text += "\"status\":\"\(receipt.status.rawValue)\"}"
        }
        text += "]}"
        return Data(text.utf8)
    }
}
