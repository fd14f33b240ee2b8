import Runtime
import Tracking

@main
struct Main {
    static func main() async {
        await ServiceRuntime.main(
            "tracking", settings: TrackingSettings.init, common: \.platform.common, wire: Wiring.services)
    }
}
