import Runtime
import Testing

/// Reading settings: each is checked once, and what is wrong is said in one sentence.
@Suite struct SettingsTests {
    private func message(_ environment: [String: String], _ read: (Settings) throws -> Void) -> String? {
        do {
            try read(Settings(environment: environment))
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `a setting that is not given takes its default`() throws {
        let settings = Settings(environment: [:])
        #expect(try settings.int("HOLDFAST_HTTP_PORT", default: 7_001, unit: "port", doc: "Port.") == 7_001)
        #expect(try settings.duration("HOLDFAST_WAIT", default: .seconds(90), doc: "Wait.") == .seconds(90))
        #expect(try settings.optionalString("HOLDFAST_NAME", doc: "Name.") == nil)
    }

    @Test func `an empty value counts as not given`() throws {
        let settings = Settings(environment: ["HOLDFAST_NAME": ""])
        #expect(try settings.string("HOLDFAST_NAME", default: "ada", doc: "Name.") == "ada")
    }

    @Test func `a bad number is named with its value and what was expected`() {
        let text = message(["HOLDFAST_HTTP_PORT": "seven"]) {
            _ = try $0.int("HOLDFAST_HTTP_PORT", default: 1, in: 0...65_535, unit: "port", doc: "Port.")
        }
        #expect(text == "HOLDFAST_HTTP_PORT is \"seven\"; expected a whole number from 0 to 65535")
    }

    @Test func `a missing required setting says what it is for`() {
        let text = message([:]) { _ = try $0.string("HOLDFAST_NAME", doc: "How it is called.") }
        #expect(text == "HOLDFAST_NAME is not set; expected a text: How it is called.")
    }

    @Test(
        "lengths of time are read with their unit",
        arguments: [
            ("250ms", Duration.milliseconds(250)), ("1.5s", .milliseconds(1_500)), ("5m", .seconds(300)),
            ("2h", .seconds(7_200)), ("7d", .seconds(604_800)), ("0s", .zero),
        ])
    func durations(text: String, expected: Duration) throws {
        let settings = Settings(environment: ["HOLDFAST_WAIT": text])
        #expect(try settings.duration("HOLDFAST_WAIT", doc: "Wait.") == expected)
    }

    @Test(
        "other lengths of time are refused", arguments: ["10", "-5s", "s", "1e400s", "5 m", "nan s", "infs"])
    func badDurations(text: String) {
        let found = message(["HOLDFAST_WAIT": text]) { _ = try $0.duration("HOLDFAST_WAIT", doc: "Wait.") }
        #expect(found?.hasPrefix("HOLDFAST_WAIT is \"\(text)\"; expected a length of time such as") == true)
    }

    @Test func `an address is never part of an error, for it may hold a password`() {
        let text = message(["HOLDFAST_DATABASE_URL": "mysql://ada:secret@host/db"]) {
            _ = try $0.url("HOLDFAST_DATABASE_URL", schemes: ["postgres"], doc: "Database.")
        }
        #expect(
            text == "HOLDFAST_DATABASE_URL is not usable; expected an address of the form postgres://host…")
    }

    @Test func `a choice names all words that there are`() throws {
        #expect(
            try Settings(environment: ["C": "simulated"]).choice("C", default: ClockChoice.system, doc: "")
                == .simulated)
        let text = message(["C": "sundial"]) { _ = try $0.choice("C", default: ClockChoice.system, doc: "") }
        #expect(text == "C is \"sundial\"; expected one of system, simulated")
    }

    @Test func `the table shows every declared setting once, and no value of a secret`() throws {
        let declared = try Settings.describe { settings in
            _ = try CommonSettings(settings, defaultPort: 7_001)
            _ = try settings.secret("HOLDFAST_KEY", isRequired: true, doc: "A key.")
            _ = try settings.string("HOLDFAST_NAME", doc: "A name.")
            _ = try settings.string("HOLDFAST_NAME", doc: "A name.")
        }
        let table = Settings.table(of: declared)
        #expect(table.contains("| `HOLDFAST_HTTP_PORT` | `7001` | port |"))
        #expect(table.contains("| `HOLDFAST_KEY` | **required** | secret | A key. |"))
        #expect(declared.count { $0.name == "HOLDFAST_NAME" } == 1)
    }
}
