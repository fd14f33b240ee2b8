import Foundation
import Metrics
import Synchronization

/// Keeps every metric of the process and writes them in the Prometheus text format.
///
/// Names follow the format's customs: characters outside `[a-zA-Z0-9_:]` become `_`, counters end in
/// `_total`, and timers are histograms in seconds that end in `_seconds`.
public final class PrometheusRegistry: MetricsFactory, Sendable {
    /// What the process-wide factory of swift-metrics is set to by ``ServiceRuntime``.
    public static let shared = PrometheusRegistry()

    private struct Key: Hashable {
        let name: String
        let labels: String
    }

    private struct State {
        var series: [Key: any MetricSeries] = [:]
        var kinds: [String: MetricKind] = [:]
    }

    private let state = Mutex(State())
    /// Labels with unbounded values would eat the memory; beyond this, new series of a name are counted but
    /// not kept.
    static let seriesPerNameMax = 2_000
    private let startedAt = Date()

    public init() {}

    // MARK: - MetricsFactory

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(Self.name(label, suffix: "_total"), .counter, dimensions) { CounterSeries() }
    }

    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(Self.name(label, suffix: "_total"), .counter, dimensions) { CounterSeries() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(Self.name(label), .gauge, dimensions) { GaugeSeries() }
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        let name = Self.name(label)
        guard aggregate else { return series(name, .gauge, dimensions) { GaugeSeries() } }
        return series(name, .histogram, dimensions) { HistogramSeries(bounds: Self.bounds(name), scale: 1) }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let name = Self.name(label, suffix: "_seconds")
        return series(name, .histogram, dimensions) {
            HistogramSeries(bounds: Self.bounds(name), scale: 1e-9)
        }
    }

    // A counter must never fall, so a series outlives the handler that made it.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: - Exposition

    /// Every series, sorted by name and labels, each name with its HELP and TYPE. Content type
    /// `text/plain; version=0.0.4; charset=utf-8`.
    public func text() -> String {
        let (series, kinds) = state.withLock { ($0.series, $0.kinds) }
        let byName = Dictionary(grouping: series, by: { $0.key.name })
        var text = ""
        for name in byName.keys.sorted() {
            guard let kind = kinds[name], let members = byName[name] else { continue }
            Self.head(name, kind, to: &text)
            for (key, series) in members.sorted(by: { $0.key.labels < $1.key.labels }) {
                series.write(name: name, labels: key.labels, to: &text)
            }
        }
        ProcessFigures.read(startedAt: startedAt).write(to: &text)
        return text
    }

    // MARK: - Private parts

    private func series<Series: MetricSeries>(
        _ name: String, _ kind: MetricKind, _ dimensions: [(String, String)], _ make: () -> Series
    ) -> Series {
        let key = Key(name: name, labels: Self.labels(dimensions))
        return state.withLock { state in
            if let known = state.series[key] as? Series { return known }
            let fresh = make()
            // The same name with another kind would make the whole page unreadable: such a series stays
            // unseen.
            guard state.kinds[name, default: kind] == kind, state.series[key] == nil,
                state.series.keys.lazy.filter({ $0.name == name }).count < Self.seriesPerNameMax
            else { return fresh }
            state.kinds[name] = kind
            state.series[key] = fresh
            return fresh
        }
    }

    static func head(_ name: String, _ kind: MetricKind, to text: inout String) {
        // A metric without a declared meaning is at least readable; TidyTests ask for the declaration.
        let help = MetricCatalog.entry(name)?.help ?? name.split(separator: "_").joined(separator: " ") + "."
        let line = help.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(
            of: "\n", with: "\\n")
        text += "# HELP \(name) \(line)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    private static func bounds(_ name: String) -> [Double] {
        guard let buckets = MetricCatalog.entry(name)?.buckets, !buckets.isEmpty else {
            return MetricCatalog.latencyBuckets
        }
        return buckets
    }

    private static func name(_ label: String, suffix: String = "") -> String {
        var name = String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == ":") ? $0 : "_" })
        if name.first?.isNumber ?? true { name = "_" + name }
        return name.hasSuffix(suffix) ? name : name + suffix
    }

    private static func labels(_ dimensions: [(String, String)]) -> String {
        dimensions.sorted { $0.0 < $1.0 }
            .map { key, value in
                let escaped = value.replacingOccurrences(of: "\\", with: "\\\\")
                    .replacingOccurrences(of: "\"", with: "\\\"").replacingOccurrences(of: "\n", with: "\\n")
                return "\(name(key))=\"\(escaped)\""
            }
            .joined(separator: ",")
    }
}

enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}
