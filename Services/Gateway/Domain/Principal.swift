import Contracts
import Foundation

/// What a key may do.
public enum Scope: String, Codable, Sendable, CaseIterable {
    /// Send events, contacts and course runs.
    case ingest
    /// Read everything that the dashboard shows.
    case read
    /// All of it, and keys, policies, dead letters and the simulated clock.
    case admin
}

/// Who is asking: the holder of a key.
public struct Principal: Sendable, Equatable {
    public let keyID: UUID
    public let tenant: TenantID
    public let scopes: Set<Scope>

    public init(keyID: UUID, tenant: TenantID, scopes: Set<Scope>) {
        self.keyID = keyID
        self.tenant = tenant
        self.scopes = scopes
    }

    /// `admin` holds every scope.
    public func holds(_ scope: Scope) -> Bool { scopes.contains(scope) || scopes.contains(.admin) }
}
