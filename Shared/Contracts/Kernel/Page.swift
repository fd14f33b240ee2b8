import Foundation

/// Which part of a long list is asked for (AIP-158).
public struct PageRequest: Codable, Sendable, Equatable {
    public static let sizeStandard = 50
    public static let sizeMax = 500
    /// Rows wanted; coerced into 1...``sizeMax``. `nil` or 0 means ``sizeStandard``. Negative is refused by servers.
    public var size: Int?
    /// The opaque `nextPageToken` of the page before; `nil` or empty for the first page.
    public var token: String?

    public init(size: Int? = nil, token: String? = nil) {
        self.size = size
        self.token = token
    }

    /// The number of rows to answer with. Throws `invalid_argument` when the size is negative.
    public func effectiveSize() throws -> Int {
        guard let size, size != 0 else { return Self.sizeStandard }
        guard size > 0 else {
            throw RPCError(.invalidArgument, "page size must not be negative, got \(size)")
        }
        return min(size, Self.sizeMax)
    }
}
