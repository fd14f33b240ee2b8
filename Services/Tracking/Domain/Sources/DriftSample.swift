import Contracts
import Foundation
import Synchronization

/// What a sample of events came to: words that are not known here, by source.
struct DriftSample: Sendable {
    struct Key: Hashable, Sendable {
        let tenant: TenantID
        let source: SourceID
        let place: DriftPlace
        let word: String
    }

    struct Seen: Sendable {
        var events: Int
        var lastAt: Date
        let example: String
    }

    struct Source: Hashable, Sendable {
        let tenant: TenantID
        let source: SourceID
    }

    private(set) var words: [Key: Seen] = [:]
    private(set) var sampled: [Source: Int] = [:]

    var isEmpty: Bool { sampled.isEmpty }

    /// Looks at one event as it came. A text that is no object counts as looked at.
    mutating func look(at raw: String, of source: Source, id: String?, now: Date) {
        sampled[source, default: 0] += 1
        do throws(JSONSyntaxError) {
            let tape = try JSONTape(Data(raw.utf8), depthMax: TrackingLimits.bodyDepthMax)
            guard tape.kind(JSONTape.root) == .object else { return }
            for (name, value) in tape.members(JSONTape.root) {
                note(name, .field, source, id, now)
                if name == "verb", tape.kind(value) == .string { note(tape.text(value), .verb, source, id, now) }
                guard name == "activity", tape.kind(value) == .object else { continue }
                for (name, value) in tape.members(value) where name == "kind" && tape.kind(value) == .string {
                    note(tape.text(value), .activityKind, source, id, now)
                }
            }
        } catch {
            return  // No JSON, so no words; its receipt says what is wrong with it.
        }
    }

    private mutating func note(_ word: String, _ place: DriftPlace, _ source: Source, _ id: String?, _ now: Date) {
        guard !KnownWords.words(place).contains(word), !word.isEmpty,
            word.utf8.count <= TrackingLimits.driftWordBytesMax, !word.utf8.contains(0)
        else { return }
        let key = Key(tenant: source.tenant, source: source.source, place: place, word: word)
        guard words[key] != nil || words.count < TrackingLimits.driftWordsPerSampleMax else { return }
        words[key, default: Seen(events: 0, lastAt: now, example: id ?? "")].events += 1
        words[key]?.lastAt = now
    }
}

/// Takes a few events now and then, so that looking at them costs ingestion nothing that could be measured.
final class DriftSampler: Sendable {
    private struct State {
        var sample = DriftSample()
        /// When a batch was last looked at, by source.
        var looked: [DriftSample.Source: ContinuousClock.Instant] = [:]
    }

    private let state = Mutex(State())

    /// Looks at the first events of a batch, at most once a second and source.
    func look(at items: some Collection<IncomingItem>, tenant: TenantID, now: Date) {
        guard let first = items.first else { return }
        let source = DriftSample.Source(tenant: tenant, source: first.source)
        state.withLock { state in
            if let last = state.looked[source], last.duration(to: .now) < TrackingLimits.driftSampleEvery { return }
            if state.looked.count >= TrackingLimits.driftSourcesMax { state.looked = [:] }
            state.looked[source] = .now
            for item in items.prefix(TrackingLimits.driftEventsPerSample) {
                let source = DriftSample.Source(tenant: tenant, source: item.source)
                state.sample.look(at: item.raw.text, of: source, id: item.id, now: now)
            }
        }
    }

    /// What was seen since this was last asked.
    func take() -> DriftSample {
        state.withLock { state in
            defer { state.sample = DriftSample() }
            return state.sample
        }
    }
}
