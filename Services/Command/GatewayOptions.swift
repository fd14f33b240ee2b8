import ArgumentParser
import Foundation
import HTTPClient

/// Where the installation is, and who asks.
struct GatewayOptions: ParsableArguments {
    @Option(help: "Address of the gateway, e.g. http://127.0.0.1:7000.")
    var gateway: String

    @Option(
        help: "An API key. Better given as HOLDFAST_KEY, because other users of a machine can read arguments."
    )
    var key: String?

    /// - Parameter patience: For how long a request is tried again while the gateway cannot answer.
    /// - Throws: `ValidationError` when no key was given, or the address is not one.
    func client(patience: Duration = .seconds(60)) throws -> GatewayClient {
        guard let key = key ?? ProcessInfo.processInfo.environment["HOLDFAST_KEY"], !key.isEmpty else {
            throw ValidationError("no API key: set HOLDFAST_KEY or give --key")
        }
        guard gateway.hasPrefix("http://") || gateway.hasPrefix("https://") else {
            throw ValidationError("--gateway must begin with http:// or https://, got \"\(gateway)\"")
        }
        let base = gateway.hasSuffix("/") ? String(gateway.dropLast()) : gateway
        return GatewayClient(base: base, key: key, http: HTTPClient(), patience: patience)
    }
}
