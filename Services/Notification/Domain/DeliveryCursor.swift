import Contracts
import Foundation

/// A place in a list that is ordered by time and delivery, newest first; opaque to callers, and bound to the list and
/// its filters.
struct DeliveryCursor: Sendable, Equatable {
    let at: Date
    let delivery: DeliveryID

    /// Before every row: years beyond this one do not come.
    static let start = DeliveryCursor(
        at: Date(timeIntervalSince1970: 253_402_300_799),
        delivery: DeliveryID(rawValue: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))))

    init(at: Date, delivery: DeliveryID) {
        self.at = at
        self.delivery = delivery
    }

    /// - Parameter question: The list's name, the tenant and every filter.
    func token(for question: [String?]) -> String {
        PageToken.text([RFC3339.string(from: at), delivery.description], question: question)
    }

    /// - Throws: ``NotificationError/invalidPageToken`` for what ``token(for:)`` did not make for `question`.
    init(token: String?, question: [String?]) throws(NotificationError) {
        let keys = try PageToken.keys(
            token, count: 2, question: question, otherwise: NotificationError.invalidPageToken)
        guard let keys else {
            self = .start
            return
        }
        guard let at = RFC3339.date(from: keys[0]), let delivery = DeliveryID(keys[1]) else {
            throw .invalidPageToken
        }
        self.init(at: at, delivery: delivery)
    }
}
