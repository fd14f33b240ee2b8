import Foundation
import HTTPServer
import Runtime
import ServiceLifecycle

/// A small service that RuntimeTests start, ask and stop: it is wired as the real ones are.
@main
struct Main {
    static func main() async {
        await ServiceRuntime.main("worker", settings: WorkerSettings.init, common: \.common) {
            settings, runtime in
            let routes = HTTPRoutes()
            routes.on(.get, "/slow") { _ in
                try await Task.sleep(for: .milliseconds(600))
                return .text("done")
            }
            let server = HTTPService(
                HTTPServerSettings(host: settings.common.httpHost, port: settings.common.httpPort),
                runtime: runtime,
                routes: routes)
            switch settings.behaviour {
            case .good: return [server]
            case .hung: return [server, HungService()]
            case .failing: return [server, FailingService()]
            }
        }
    }
}

struct WorkerSettings: Sendable {
    enum Behaviour: String, CaseIterable { case good, hung, failing }

    let common: CommonSettings
    let behaviour: Behaviour

    init(_ settings: Settings) throws {
        common = try CommonSettings(settings, defaultPort: 7_999)
        behaviour = try settings.choice("HOLDFAST_WORKER_BEHAVIOUR", default: .good, doc: "How it ends.")
    }
}

/// Holds a thread of the cooperative pool for ever, whoever asks it to stop.
struct HungService: Service {
    func run() async throws {
        while true { Self.block() }
    }

    private static func block() { sleep(60) }
}

/// Breaks a moment after the start.
struct FailingService: Service {
    func run() async throws {
        try await Task.sleep(for: .milliseconds(200))
        throw SettingsError("the part broke on purpose")
    }
}
