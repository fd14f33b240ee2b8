import Contracts
import EventLog
import Foundation
import HTTPClient
import HTTPServer
import Platform
import PostgreSQL
import RPC
import Runtime
import ServiceLifecycle

/// The one place that says which pieces are real.
public enum Wiring {
    /// Settings to parts to the list of what runs, in the order of starting.
    public static func services(
        _ settings: NotificationSettings, _ runtime: ServiceRuntime
    ) async throws -> [any Service] {
        let platform = try await Platform(
            runtime: runtime, settings: settings.platform, stream: StreamName.deliveries,
            migrations: Bundle.module.bundleURL.appending(path: "Migrations"))
        let contacts = ContactStore(keys: settings.keys)
        let deliveries = DeliveryStore(keys: settings.keys)
        let templates = try MessageTemplates(folder: Bundle.module.bundleURL.appending(path: "Templates"))
        let composer = MessageComposer(
            keys: settings.keys, templates: templates, sender: settings.sender, publicURL: settings.publicURL,
            logger: runtime.logger("composer"))
        let (provider, sink) = try provider(settings, runtime)
        let bell = Doorbell()
        let wakeRelay: @Sendable () -> Void = { platform.relay.wake() }

        var senderSettings = SenderSettings(owner: Platform.owner, lanes: settings.senders)
        senderSettings.policy.onUnclear = settings.onUnclear
        let sender = Sender(
            database: platform.database, store: deliveries, composer: composer, provider: provider,
            settings: senderSettings, clock: runtime.clock, bell: bell, wakeRelay: wakeRelay,
            logger: runtime.logger("sender"))
        let stranded = StrandedDeliveries(
            database: platform.database, store: deliveries, resendable: resendable(settings),
            clock: runtime.clock,
            bell: bell, wakeRelay: wakeRelay, logger: runtime.logger("stranded"))
        let nudges = Nudges(
            store: deliveries, templates: templates.kinds, provider: provider.name, clock: runtime.clock)
        let heard = [
            platform.hear(
                Nudges.stream, producer: settings.nudgingURL, log: NudgingRPC.log, wakesRelay: true,
                afterCommit: bell.ring, handle: nudges.apply)
        ]

        let reads = DeliveryReads(database: platform.database)
        let router = platform.router()
        NotificationRoutes(
            database: platform.database, contacts: contacts,
            unsubscribes: UnsubscribeStore(contacts: contacts),
            reads: reads, sink: sink, wakeRelay: wakeRelay
        ).register(on: router)
        LogRoutes(NotificationRPC.log, platform: platform, heard: heard, pending: reads.countDue)
            .register(on: router)
        return [platform.connections, platform.relay, platform.months, stranded, sender] + heard.map(\.consumer)
            + [platform.httpService(router, heard: heard)]
    }

    /// The one that mails go to, and the sink where it is that one.
    private static func provider(
        _ settings: NotificationSettings, _ runtime: ServiceRuntime
    ) throws -> (any MailProvider, SinkProvider?) {
        if let smtp = settings.smtp {
            return (try SMTPProvider(smtp, logger: runtime.logger("smtp")), nil)
        }
        let sink = try SinkProvider(
            folder: URL(filePath: settings.sinkFolder), threads: settings.senders,
            logger: runtime.logger("sink"))
        return (sink, sink)
    }

    /// Providers whose mails may be handed over again. The sink's always: it knows a mail by its name.
    private static func resendable(_ settings: NotificationSettings) -> [String] {
        switch settings.onUnclear {
        case .hold: ["sink"]
        case .resend: ["sink", "smtp"]
        }
    }
}
