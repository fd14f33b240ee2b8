import Contracts
import Foundation
import HTTPServer
import Synchronization

/// Who is watching. Each watcher has a bounded queue of its own, in its connection; one that falls behind is closed
/// with 1013, and the others never wait.
final class LiveHub: Sendable {
    private struct Seat {
        let principal: Principal
        let connection: WebSocketConnection
    }

    private struct State {
        var seats: [UUID: Seat] = [:]
        var changed: Set<TenantID> = []
    }

    private let state = Mutex(State())

    /// Takes a seat; nil when all are taken.
    func join(_ connection: WebSocketConnection, as principal: Principal) -> UUID? {
        state.withLock { state in
            guard state.seats.count < GatewayLimits.liveConnectionsMax else { return nil }
            let id = UUID()
            state.seats[id] = Seat(principal: principal, connection: connection)
            return id
        }
    }

    func leave(_ seat: UUID) {
        state.withLock { _ = $0.seats.removeValue(forKey: seat) }
    }

    /// Pushes a message to all watchers of a tenant.
    func push(_ message: String, to tenant: TenantID) {
        let seats = state.withLock { state in state.seats.filter { $0.value.principal.tenant == tenant } }
        for (id, seat) in seats {
            do {
                try seat.connection.send(text: message)
            } catch {
                // The only error is that the socket is closed, or was closed for being too slow.
                leave(id)
            }
        }
    }

    /// Whether anybody watches at all.
    var isWatched: Bool { state.withLock { !$0.seats.isEmpty } }

    /// Tenants that somebody watches.
    var watched: Set<TenantID> { state.withLock { Set($0.seats.values.map(\.principal.tenant)) } }

    /// Notes that the tenant's overview is not what it was.
    func noteChange(of tenant: TenantID) { state.withLock { _ = $0.changed.insert(tenant) } }

    /// Watched tenants whose overview changed since the last time this was asked.
    func takeChanged() -> Set<TenantID> {
        state.withLock { state in
            let watched = Set(state.seats.values.map(\.principal.tenant))
            let due = state.changed.intersection(watched)
            state.changed.subtract(due)
            return due
        }
    }
}
