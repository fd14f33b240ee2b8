import Notification
import Runtime

@main
struct Main {
    static func main() async {
        await ServiceRuntime.main(
            "notification", settings: NotificationSettings.init, common: \.platform.common,
            wire: Wiring.services)
    }
}
