import Contracts
import Foundation

/// A place in a list that is ordered by time and delivery, newest first; opaque to callers.
struct DeliveryCursor: Sendable, Equatable {
    let at: Date
    let delivery: DeliveryID

    /// Before every row: years beyond this one do not come.
    static let start = DeliveryCursor(
        at: Date(timeIntervalSince1970: 253_402_300_799),
        delivery: DeliveryID(rawValue: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))))

    var token: String { Data("\(RFC3339.string(from: at)) \(delivery)".utf8).base64EncodedString() }

    init(at: Date, delivery: DeliveryID) {
        self.at = at
        self.delivery = delivery
    }

    /// - Throws: ``NotificationError/invalidPageToken`` for what ``token`` did not make.
    init(token: String?) throws(NotificationError) {
        guard let token, !token.isEmpty else {
            self = .start
            return
        }
        let words = Data(base64Encoded: token).map {
            String(decoding: $0, as: UTF8.self).split(separator: " ")
        }
        guard let words, words.count == 2, let at = RFC3339.date(from: String(words[0])),
            let delivery = DeliveryID(String(words[1]))
        else { throw .invalidPageToken }
        self.init(at: at, delivery: delivery)
    }
}
