import Prediction
import Runtime

@main
struct Main {
    static func main() async {
        await ServiceRuntime.main(
            "prediction", settings: PredictionSettings.init, common: \.platform.common, wire: Wiring.services)
    }
}
