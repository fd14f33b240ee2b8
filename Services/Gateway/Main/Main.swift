import Gateway
import Runtime

@main
struct Main {
    static func main() async {
        await ServiceRuntime.main(
            "gateway", settings: GatewaySettings.init, common: \.common, wire: Wiring.services)
    }
}
