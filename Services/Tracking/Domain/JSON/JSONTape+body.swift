import Foundation

extension JSONTape {
    /// The document that is the body of a request.
    ///
    /// - Throws: ``TrackingError/unreadable(_:)`` with where and why it is none.
    convenience init(body: Data) throws(TrackingError) {
        do {
            try self.init(body, depthMax: TrackingLimits.bodyDepthMax)
        } catch {
            throw .unreadable("the body is not JSON that can be read: \(error)")
        }
    }
}
