import Contracts
import Foundation
import Synchronization

/// The services' time, as a sender of events needs it: never later than what they believe, because an event of
/// the future is refused.
final class ServiceTime: Sendable {
    /// How often a simulated time is read again; it may stand still, or go in steps.
    static let pause = Duration.milliseconds(500)

    private let client: GatewayClient
    /// `nil` where it is the wall clock's.
    private let simulated: Mutex<Date?>

    /// Reads it for the first time.
    init(_ client: GatewayClient) async throws {
        self.client = client
        simulated = Mutex(try await Self.read(client))
    }

    func now() -> Date {
        simulated.withLock { $0 } ?? Date()
    }

    /// Reads it again and again, until the task is cancelled.
    func keepUp() async {
        guard simulated.withLock({ $0 }) != nil else { return }
        do {
            while true {
                try await Task.sleep(for: Self.pause)
                do {
                    let time = try await Self.read(client)
                    simulated.withLock { $0 = time }
                } catch is GatewayError {
                    // While the gateway is away nothing can be sent either; the last reading is safe.
                }
            }
        } catch {
            // Cancelled: whoever sent events is done.
        }
    }

    private static func read(_ client: GatewayClient) async throws -> Date? {
        do {
            let answer: ClockAnswer = try await client.get("/v1/clock")
            return answer.simulated ? answer.now : nil
        } catch let error as GatewayError where error.status == 404 || error.status == 403 {
            // Where clocks cannot be set, or this key may not see them, the time is the wall clock's.
            return nil
        }
    }
}
