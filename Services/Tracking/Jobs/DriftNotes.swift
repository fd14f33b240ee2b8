import Foundation
import Logging
import Runtime
import ServiceLifecycle

/// Writes down now and then what the sampler saw, off the path of ingestion, and gives notice of words that are new.
struct DriftNotes: Service {
    let sampler: DriftSampler
    let store: DriftStore
    let clock: any ServiceClock
    let logger: Logger
    let metrics: SourceMetrics
    /// Real time between two writings.
    var interval: Duration = .seconds(15)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    try await Task.sleep(for: interval)
                } catch {
                    break
                }
                await write()
            }
        }
        await write()
    }

    private func write() async {
        do {
            let fresh = try await store.save(sampler.take(), now: clock.now())
            metrics.newWords(fresh.values.reduce(0, +))
            // The words themselves may be anything, also what must not stand in a log.
            for (source, words) in fresh.sorted(by: { $0.key.source < $1.key.source }) {
                logger.notice(
                    "a source uses words that are not known here",
                    metadata: ["source": "\(source.source)", "tenant": "\(source.tenant)", "words": "\(words)"])
            }
        } catch {
            // A sample is lost, which is nobody's event; the next one says the same.
            logger.warning("a sample of words was not written down", metadata: ["error": "\(error)"])
        }
    }
}
