import Foundation
import Runtime
import Testing

@testable import Notification

/// What the service is told at start, and the sentence with which it stops when that cannot be used.
@Suite struct SettingsTests {
    static let enough = [
        "HOLDFAST_DATABASE_URL": "postgres://u:p@127.0.0.1:5432/holdfast",
        "HOLDFAST_REDIS_URL": "redis://127.0.0.1:6379/0",
        "HOLDFAST_NOTIFICATION_DATA_KEY": Data(repeating: 1, count: 32).base64EncodedString(),
    ]

    static func read(_ more: [String: String] = [:]) throws -> NotificationSettings {
        try NotificationSettings(Settings(environment: enough.merging(more) { _, new in new }))
    }

    @Test func `the embedded default writes mails into a folder`() throws {
        let settings = try Self.read()
        #expect(settings.provider == .sink)
        #expect(settings.smtp == nil)
        #expect(settings.onUnclear == .hold)
    }

    @Test func `a mail server is used when it is asked for, with encryption unless told otherwise`() throws {
        let settings = try Self.read([
            "HOLDFAST_NOTIFICATION_PROVIDER": "smtp",
            "HOLDFAST_NOTIFICATION_SMTP_URL": "smtp://mail.example.org:587",
            "HOLDFAST_NOTIFICATION_SMTP_USER": "u", "HOLDFAST_NOTIFICATION_SMTP_PASSWORD": "p",
        ])
        #expect(settings.smtp?.url == "smtp://mail.example.org:587")
        #expect(settings.smtp?.encryption == .required)
    }

    @Test(
        "a setting that cannot be used is named, and a secret is not repeated",
        arguments: [
            ("HOLDFAST_NOTIFICATION_DATA_KEY", "c2hvcnQ="), ("HOLDFAST_NOTIFICATION_DATA_KEY", ""),
            ("HOLDFAST_NOTIFICATION_PROVIDER", "pigeon"), ("HOLDFAST_NOTIFICATION_SENDERS", "0"),
            ("HOLDFAST_NOTIFICATION_FROM", "a@x\r\nBcc: b@x"), ("HOLDFAST_NOTIFICATION_SMTP_URL", "http://x"),
            ("HOLDFAST_NOTIFICATION_UNCLEAR", "maybe"), ("HOLDFAST_PUBLIC_URL", "javascript:1"),
        ])
    func bad(name: String, value: String) {
        do {
            _ = try Self.read([name: value])
            Issue.record("it was taken")
        } catch {
            #expect("\(error)".hasPrefix(name))
            if name.hasSuffix("KEY"), !value.isEmpty { #expect(!"\(error)".contains(value)) }
        }
    }

    @Test func `every setting is documented`() throws {
        let table = Settings.table(of: try Settings.describe { _ = try NotificationSettings($0) })
        #expect(table.contains("`HOLDFAST_NOTIFICATION_DATA_KEY` | **required**"))
        #expect(table.components(separatedBy: "HOLDFAST_NOTIFICATION_").count > 12)
    }
}
