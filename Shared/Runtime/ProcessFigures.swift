import Foundation

/// What the operating system says about this process, read when the metrics page is asked for.
struct ProcessFigures {
    var startedAt: Date
    var cpuSeconds: Double?
    var residentBytes: Double?
    var openDescriptors: Double?
    var threads: Double?

    /// Figures that the system does not give (no `/proc`) are left out of the page.
    static func read(startedAt: Date) -> ProcessFigures {
        var figures = ProcessFigures(startedAt: startedAt)
        var used = timespec()
        if clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0 {
            figures.cpuSeconds = Double(used.tv_sec) + Double(used.tv_nsec) / 1_000_000_000
        }
        if let status = contents("/proc/self/status") {
            figures.residentBytes = number(after: "VmRSS:", in: status).map { $0 * 1_024 }
            figures.threads = number(after: "Threads:", in: status)
        }
        do {
            figures.openDescriptors = Double(
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count)
        } catch {
            figures.openDescriptors = nil
        }
        return figures
    }

    func write(to text: inout String) {
        let lines: [(String, MetricKind, Double?)] = [
            ("process_cpu_seconds_total", .counter, cpuSeconds),
            ("process_open_fds", .gauge, openDescriptors),
            ("process_resident_memory_bytes", .gauge, residentBytes),
            ("process_start_time_seconds", .gauge, startedAt.timeIntervalSince1970),
            ("process_threads", .gauge, threads),
        ]
        for case (let name, let kind, let value?) in lines {
            PrometheusRegistry.head(name, kind, to: &text)
            MetricText.line(name, "", value, to: &text)
        }
    }

    private static func contents(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    private static func number(after key: String, in text: String) -> Double? {
        for line in text.split(separator: "\n") where line.hasPrefix(key) {
            return line.dropFirst(key.count).split(whereSeparator: \.isWhitespace).first.flatMap {
                Double($0)
            }
        }
        return nil
    }
}
