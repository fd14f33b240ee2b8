import Foundation

/// Runs something that blocks (a process, a socket) away from the cooperative pool, whose threads are few.
public func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        // A thread of its own: the pool and Dispatch's queues share their few threads on Linux.
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

/// Waits until `condition` holds, looking every 10 ms. The limit is there to end a test that hangs, not to
/// measure: among hundreds of tests on few processors a step may have to wait for seconds.
///
/// - Throws: ``TestSupportError`` naming `what` when it does not hold within `limit`; whatever `condition`
///   throws.
public func eventually(
    _ what: String, within limit: Duration = .seconds(60), _ condition: @Sendable () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw TestSupportError("not within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
