import Contracts
import Foundation

/// Who changes a declaration, based on what, and when.
struct DeclarationChange: Sendable {
    let tenant: TenantID
    /// The revision that the change is based on, 0 for none; `nil` for whatever is there.
    let expected: Int?
    let now: Date
    let traceparent: String?

    /// - Parameter found: The revision that is there; `nil` for none.
    /// - Throws: ``TrackingError/staleRevision(expected:found:)`` when the change is based on another one.
    func check(found: Int?) throws(TrackingError) {
        guard let expected, expected != found ?? 0 else { return }
        throw .staleRevision(expected: expected, found: found ?? 0)
    }
}
