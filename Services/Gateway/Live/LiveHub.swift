import Contracts
import Foundation
import Synchronization

/// Who is watching, and what they are pushed. Each watcher has a bounded queue of its own; one that falls behind is
/// cut off with a reason, and the others never wait.
final class LiveHub: Sendable {
    /// One open dashboard.
    struct Watcher: Sendable {
        let id: UUID
        let messages: AsyncStream<String>
    }

    private struct Seat {
        let tenant: TenantID
        let queue: AsyncStream<String>.Continuation
    }

    private struct State {
        var seats: [UUID: Seat] = [:]
        var tooSlow: Set<UUID> = []
        var changed: Set<TenantID> = []
    }

    private let state = Mutex(State())

    /// Takes a seat; nil when all are taken.
    func join(_ tenant: TenantID) -> Watcher? {
        let (messages, queue) = AsyncStream.makeStream(
            of: String.self, bufferingPolicy: .bufferingOldest(GatewayLimits.liveQueueMax))
        let id = UUID()
        let isSeated = state.withLock { state in
            guard state.seats.count < GatewayLimits.liveConnectionsMax else { return false }
            state.seats[id] = Seat(tenant: tenant, queue: queue)
            return true
        }
        return isSeated ? Watcher(id: id, messages: messages) : nil
    }

    /// Gives the seat back.
    ///
    /// - Returns: Whether the watcher was cut off for being too slow.
    func leave(_ watcher: Watcher) -> Bool {
        state.withLock { state in
            state.seats.removeValue(forKey: watcher.id)?.queue.finish()
            return state.tooSlow.remove(watcher.id) != nil
        }
    }

    /// Pushes a message to all watchers of a tenant.
    func push(_ message: String, to tenant: TenantID) {
        state.withLock { state in
            for (id, seat) in state.seats where seat.tenant == tenant {
                guard case .dropped = seat.queue.yield(message) else { continue }
                state.tooSlow.insert(id)
                state.seats.removeValue(forKey: id)
                seat.queue.finish()
            }
        }
    }

    /// Tenants that somebody watches.
    var watched: Set<TenantID> { state.withLock { Set($0.seats.values.map(\.tenant)) } }

    /// Notes that the tenant's overview is not what it was.
    func noteChange(of tenant: TenantID) { state.withLock { _ = $0.changed.insert(tenant) } }

    /// Watched tenants whose overview changed since the last time this was asked.
    func takeChanged() -> Set<TenantID> {
        state.withLock { state in
            let watched = Set(state.seats.values.map(\.tenant))
            let due = state.changed.intersection(watched)
            state.changed.subtract(due)
            return due
        }
    }
}
