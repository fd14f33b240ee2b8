import Nudging
import Runtime

@main
struct Main {
    static func main() async {
        await ServiceRuntime.main(
            "nudging", settings: NudgingSettings.init, common: \.platform.common, wire: Wiring.services)
    }
}
