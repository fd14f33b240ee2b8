import Foundation
import Logging
import PostgreSQL
import Runtime
import ServiceLifecycle

/// Decides on messages whose sender is gone: sends them again where that makes no second mail, and lists them as
/// `unknown` otherwise.
struct StrandedDeliveries: Service {
    let database: Database
    let store: DeliveryStore
    /// Providers whose messages may be handed over again.
    let resendable: [String]
    let clock: any ServiceClock
    let bell: Doorbell
    let wakeRelay: @Sendable () -> Void
    let logger: Logger
    var interval: Duration = .milliseconds(500)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    _ = try await takeOver()
                    try await Task.sleep(for: interval)
                } catch is CancellationError {
                    return
                } catch {
                    // The rows stay as they are; the next look finds them.
                    logger.warning(
                        "stranded deliveries could not be looked at", metadata: ["error": "\(error)"])
                    await bell.wait(since: bell.rings, atMost: .seconds(1))
                }
            }
        }
    }

    /// Takes over what is stranded now. Returns how many messages that were.
    func takeOver() async throws -> Int {
        let now = clock.now()
        let count = try await database.transaction { [store, resendable] session in
            try store.takeOver(resendable: resendable, now: now, on: session)
        }
        guard count > 0 else { return 0 }
        logger.notice("took over messages of a sender that is gone", metadata: ["deliveries": "\(count)"])
        wakeRelay()
        bell.ring()
        return count
    }
}
