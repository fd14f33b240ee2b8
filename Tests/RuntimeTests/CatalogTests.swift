import Contracts
import Foundation
import Runtime
import Testing

/// The pages that operators read name everything that there is.
@Suite struct CatalogTests {
    private func page(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/\(name)"), encoding: .utf8)
    }

    @Test func `docs/telemetry.md has every declared metric`() throws {
        let page = try page("telemetry.md")
        for name in MetricCatalog.all.keys.sorted() {
            #expect(page.contains("| `\(name)` |"), "\(name) is missing in docs/telemetry.md")
        }
    }

    @Test func `every metric's meaning is a sentence, and its name follows the customs`() {
        for (name, entry) in MetricCatalog.all {
            #expect(entry.help.hasSuffix("."), "\(name)")
            #expect(name.allSatisfy { $0.isLowercase || $0 == "_" || $0.isNumber }, "\(name)")
            #expect(entry.buckets == entry.buckets.sorted())
        }
    }

    @Test func `docs/errors.md has every code with its status`() throws {
        let page = try page("errors.md")
        for code in RPCError.Code.allCases {
            #expect(page.contains("| `\(code.rawValue)` | \(code.httpStatus)"), "\(code.rawValue) is missing")
        }
    }
}
