import Foundation
import HTTPClient
import Platform
import Runtime

/// Everything that Notification is told at start, read once and checked.
public struct NotificationSettings: Sendable {
    /// Where mails go.
    public enum ProviderChoice: String, CaseIterable, Sendable {
        case sink, smtp
    }

    public let platform: PlatformSettings
    let nudgingURL: String
    let publicURL: String
    let keys: DerivedKeys
    let provider: ProviderChoice
    let sinkFolder: String
    /// Nil unless the provider is `smtp`.
    let smtp: SMTPSettings?
    let sender: Mailbox
    let senders: Int
    let onUnclear: UnclearPolicy

    public init(_ settings: Settings) throws {
        platform = try PlatformSettings(settings, defaultPort: 7004)
        nudgingURL = try PlatformSettings.serviceURL(settings, "nudging", port: 7003)
        publicURL = try settings.url(
            "HOLDFAST_PUBLIC_URL", default: "http://127.0.0.1:7000",
            doc: "The gateway's address as learners reach it, for the links in messages.")
        keys = try Self.keys(settings)
        provider = try settings.choice(
            "HOLDFAST_NOTIFICATION_PROVIDER", default: .sink,
            doc: "Where mails go: sink writes them into a folder, smtp sends them.")
        sinkFolder = try settings.string(
            "HOLDFAST_NOTIFICATION_SINK_FOLDER", default: "mail", unit: "folder",
            doc: "Where the sink writes .eml files; made when it is not there.")
        senders = try settings.int(
            "HOLDFAST_NOTIFICATION_SENDERS", default: 4, in: 1...64, unit: "senders",
            doc: "Mails sent side by side, each over its own connection.")
        onUnclear = try settings.choice(
            "HOLDFAST_NOTIFICATION_UNCLEAR", default: .hold,
            doc:
                "What to do when a crash leaves open whether a mail server took a mail: hold it as unknown, or resend."
        )
        sender = try Self.sender(settings)
        let smtp = try Self.smtp(settings, senders: senders)
        self.smtp = provider == .smtp ? smtp : nil
    }

    private static func keys(_ settings: Settings) throws -> DerivedKeys {
        let name = "HOLDFAST_NOTIFICATION_DATA_KEY"
        let text = try settings.secret(
            name, isRequired: true,
            doc:
                "32 random bytes in base64 (openssl rand -base64 32): seals contacts. Without it they are lost."
        )
        do {
            // A table of settings is made without any environment; the key of all zeros serves that alone.
            return try DerivedKeys(base64: text ?? Data(count: 32).base64EncodedString())
        } catch {
            throw SettingsError(
                "\(name) is not usable; expected 32 bytes in base64 (openssl rand -base64 32)")
        }
    }

    private static func sender(_ settings: Settings) throws -> Mailbox {
        let name = "HOLDFAST_NOTIFICATION_FROM"
        let address = try settings.string(
            name, default: "no-reply@holdfast.example", unit: "address",
            doc: "The address that mails come from.")
        let label = try settings.string(
            "HOLDFAST_NOTIFICATION_FROM_NAME", default: "Your course team",
            doc: "The name that mails come from.")
        do {
            return try Mailbox(name: label, address: try EmailAddress(address))
        } catch {
            throw SettingsError("\(name) is \"\(address)\"; expected an address such as no-reply@example.org")
        }
    }

    private static func smtp(_ settings: Settings, senders: Int) throws -> SMTPSettings {
        SMTPSettings(
            url: try settings.url(
                "HOLDFAST_NOTIFICATION_SMTP_URL", default: "smtp://127.0.0.1:25", schemes: ["smtp", "smtps"],
                doc: "The mail server: smtp://host:port or smtps://host:port."),
            user: try settings.optionalString(
                "HOLDFAST_NOTIFICATION_SMTP_USER", doc: "The login at the mail server; none means no login."),
            password: try settings.secret("HOLDFAST_NOTIFICATION_SMTP_PASSWORD", doc: "Its password."),
            encryption: try settings.choice(
                "HOLDFAST_NOTIFICATION_SMTP_TLS", default: .required,
                doc: "STARTTLS at the mail server: required, opportunistic (if it offers it) or none."),
            connections: senders,
            connectTimeout: try settings.duration(
                "HOLDFAST_NOTIFICATION_SMTP_CONNECT_TIMEOUT", default: .seconds(10),
                in: .milliseconds(100)...(.seconds(60)), doc: "How long connecting may take."),
            timeout: try settings.duration(
                "HOLDFAST_NOTIFICATION_SMTP_TIMEOUT", default: .seconds(30),
                in: .milliseconds(500)...(.seconds(300)),
                doc: "How long one mail may take, connecting included."),
            certificateFile: try settings.optionalString(
                "HOLDFAST_NOTIFICATION_SMTP_CA", unit: "file",
                doc: "Certificates to trust instead of the system's, for a private authority."))
    }
}
