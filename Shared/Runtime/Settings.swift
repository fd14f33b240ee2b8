import Configuration
import Foundation
import Synchronization

/// A setting that cannot be used, in one sentence for the person who starts the service.
public struct SettingsError: Error, CustomStringConvertible, Equatable {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// One declared setting, as the table of settings shows it.
public struct SettingDescription: Sendable, Hashable {
    public let name: String
    /// As one would write it in the environment; nil when the setting must be given.
    public let standard: String?
    /// What the number counts, or the form of the value; empty where the meaning says it.
    public let unit: String
    public let meaning: String
}

/// Reads settings from environment variables, checks each, and remembers what was declared.
///
/// A service reads everything it needs once, at start, through the methods below. A missing or bad value
/// throws a ``SettingsError`` that names the variable, the value (never that of a secret) and what was
/// expected.
public final class Settings: Sendable {
    private let reader: ConfigReader
    private let isDescribing: Bool
    private let declared = Mutex<[SettingDescription]>([])

    /// - Parameter environment: Names and values, usually those of the process.
    public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
        reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: environment))
        isDescribing = false
    }

    private init(describing: Void) {
        reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: [:]))
        isDescribing = true
    }

    /// Runs `read` against no environment at all, and answers with what it declared.
    public static func describe(_ read: (Settings) throws -> Void) throws -> [SettingDescription] {
        let settings = Settings(describing: ())
        try read(settings)
        return settings.declarations
    }

    /// What was declared so far, in the order of reading, each name once.
    public var declarations: [SettingDescription] { declared.withLock { $0 } }

    /// A text as it stands. An empty value counts as not given.
    public func string(
        _ name: String, default standard: String? = nil, unit: String = "", doc: String
    ) throws -> String {
        try read(name, standard, expected: "a text", unit: unit, doc: doc, placeholder: "text") { $0 }
    }

    /// A text that may be absent. An empty value counts as not given.
    public func optionalString(_ name: String, unit: String = "", doc: String) throws -> String? {
        let value = try read(name, "", expected: "a text", unit: unit, doc: doc, placeholder: "") { $0 }
        return value.isEmpty ? nil : value
    }

    /// A text that must be kept from logs, messages and tables. Nil when it is not given and `isRequired`
    /// is false.
    public func secret(_ name: String, isRequired: Bool = false, doc: String) throws -> String? {
        declare(name, standard: isRequired ? nil : "", unit: "secret", doc: doc)
        if let value = value(of: name) { return value }
        guard isRequired, !isDescribing else { return nil }
        throw SettingsError("\(name) is not set; expected a secret: \(doc)")
    }

    /// A whole number inside `range`.
    public func int(
        _ name: String, default standard: Int? = nil, in range: ClosedRange<Int> = 0...Int.max, unit: String,
        doc: String
    ) throws -> Int {
        try read(
            name, standard.map(String.init), expected: "a whole number \(Self.words(range))", unit: unit,
            doc: doc,
            placeholder: String(range.lowerBound)
        ) { Int($0).flatMap { range.contains($0) ? $0 : nil } }
    }

    /// A finite number inside `range`.
    public func double(
        _ name: String, default standard: Double? = nil, in range: ClosedRange<Double>, unit: String,
        doc: String
    ) throws -> Double {
        try read(
            name, standard.map { "\($0)" },
            expected: "a number from \(range.lowerBound) to \(range.upperBound)",
            unit: unit, doc: doc, placeholder: "\(range.lowerBound)"
        ) { Double($0).flatMap { $0.isFinite && range.contains($0) ? $0 : nil } }
    }

    /// `true` or `false`.
    public func bool(_ name: String, default standard: Bool? = nil, doc: String) throws -> Bool {
        try read(
            name, standard.map { "\($0)" }, expected: "true or false", unit: "true or false", doc: doc,
            placeholder: "false"
        ) { ["true": true, "false": false][$0] }
    }

    /// A length of time such as `250ms`, `10s`, `5m`, `2h` or `7d`, inside `range`.
    public func duration(
        _ name: String, default standard: Duration? = nil,
        in range: ClosedRange<Duration> = .zero...(.seconds(31_622_400)),
        doc: String
    ) throws -> Duration {
        let bounds = "from \(Self.words(range.lowerBound)) to \(Self.words(range.upperBound))"
        return try read(
            name, standard.map(Self.words),
            expected: "a length of time such as 250ms, 10s, 5m, 2h or 7d, \(bounds)",
            unit: "ms, s, m, h or d", doc: doc, placeholder: Self.words(range.lowerBound)
        ) { Self.duration(from: $0).flatMap { range.contains($0) ? $0 : nil } }
    }

    /// An absolute address with one of `schemes` and a host. The text is answered as given, without a slash
    /// at its end.
    ///
    /// Addresses of databases carry passwords, so the value is never part of an error.
    public func url(
        _ name: String, default standard: String? = nil, schemes: [String] = ["http", "https"], doc: String
    ) throws -> String {
        let form = "\(schemes.joined(separator: ":// or "))://host…"
        return try read(
            name, standard, expected: "an address of the form \(form)", unit: "address", doc: doc,
            placeholder: "\(schemes.first ?? "http")://host", isShown: false
        ) { text in
            guard let url = URL(string: text), let scheme = url.scheme, schemes.contains(scheme),
                let host = url.host, !host.isEmpty
            else { return nil }
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        }
    }

    /// One of the raw values of an enum.
    public func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default standard: Choice? = nil, doc: String
    ) throws -> Choice where Choice.RawValue == String {
        let words = Choice.allCases.map(\.rawValue)
        return try read(
            name, standard?.rawValue, expected: "one of \(words.joined(separator: ", "))",
            unit: words.joined(separator: " or "), doc: doc, placeholder: words.first ?? "",
            Choice.init(rawValue:))
    }

    // MARK: - Private parts

    private func read<Value>(
        _ name: String, _ standard: String?, expected: String, unit: String, doc: String, placeholder: String,
        isShown: Bool = true, _ parse: (String) -> Value?
    ) throws -> Value {
        declare(name, standard: standard, unit: unit, doc: doc)
        guard let text = value(of: name) ?? standard ?? (isDescribing ? placeholder : nil) else {
            throw SettingsError("\(name) is not set; expected \(expected): \(doc)")
        }
        guard let value = parse(text) else {
            throw SettingsError("\(name) is \(isShown ? "\"\(text)\"" : "not usable"); expected \(expected)")
        }
        return value
    }

    private func value(of name: String) -> String? {
        // The provider joins the components of a key with "_" in capitals, which gives the variable's own
        // name back.
        let key = ConfigKey(name.lowercased().split(separator: "_").map(String.init))
        guard let value = reader.string(forKey: key), !value.isEmpty else { return nil }
        return value
    }

    private func declare(_ name: String, standard: String?, unit: String, doc: String) {
        declared.withLock { list in
            guard !list.contains(where: { $0.name == name }) else { return }
            list.append(SettingDescription(name: name, standard: standard, unit: unit, meaning: doc))
        }
    }
}
