import Foundation
import Testing

/// The style guide, as far as a machine can hold it. Every failure names a file and a line.
@Suite struct TidyTests {
    static let services = ["Tracking", "Prediction", "Nudging", "Notification", "Gateway"]
    /// The rooms that every service has, and the extra ones that a service has by name.
    static let rooms: Set = ["Main", "API", "Domain", "Store", "Consumers", "Jobs"]
    static let extraRooms: [String: Set<String>] = [
        "Tracking": ["Mappings"], "Prediction": ["Model"], "Notification": ["Channels", "Templates"], "Gateway": ["Dashboard", "Live"],
    ]
    static let sources = SourceFile.all(under: ["Services", "Shared"])
    static let tests = SourceFile.all(under: ["Tests"])

    @Test func `there are sources to look at`() {
        #expect(Self.sources.count > 100)
        #expect(Self.tests.count > 30)
    }

    @Test("each service has only the agreed rooms", arguments: services)
    func rooms(service: String) {
        let unknown = Set(SourceFile.folders(under: "Services/\(service)"))
            .subtracting(Self.rooms).subtracting(Self.extraRooms[service] ?? [])
        #expect(unknown.isEmpty, "unknown rooms: \(unknown.sorted())")
    }

    @Test func `the domain imports only Foundation, the contracts and pure libraries`() {
        let allowed: Set = ["Foundation", "Contracts", "Crypto", "Synchronization"]
        for file in Self.sources where file.room == "Domain" {
            for (module, line) in file.imports where !allowed.contains(module) {
                Issue.record("\(file.path):\(line): Domain imports \(module)")
            }
        }
    }

    @Test func `arrows point one way: shared code knows no service, a service knows no other`() {
        for file in Self.sources {
            for (module, line) in file.imports where Self.services.contains(module) && file.service != "Command" {
                let isOwnDoor = file.service == module && file.room == "Main"
                if !isOwnDoor { Issue.record("\(file.path):\(line): imports \(module)") }
            }
        }
    }

    @Test func `the contracts import Foundation and nothing else`() {
        for file in Self.sources where file.path.hasPrefix("Shared/Contracts/") {
            for (module, line) in file.imports where module != "Foundation" {
                Issue.record("\(file.path):\(line): imports \(module)")
            }
        }
    }

    @Test func `errors are never thrown away`() {
        for file in Self.sources + Self.tests where !file.path.hasPrefix("Tests/TidyTests/") {
            for line in file.code where line.text.contains(/\btry[?!]|catch \{ *\}/) {
                Issue.record("\(file.path):\(line.number): \(line.text.trimmingCharacters(in: .whitespaces))")
            }
        }
    }

    @Test func `nothing is left to do without a number that says where it is planned`() {
        for file in Self.sources + Self.tests where !file.path.hasPrefix("Tests/TidyTests/") {
            for line in file.lines where line.text.contains(/\b(TODO|FIXME|XXX)\b/) {
                Issue.record("\(file.path):\(line.number): \(line.text.trimmingCharacters(in: .whitespaces))")
            }
        }
    }

    @Test func `files are short and lines fit`() {
        for file in Self.sources {
            if file.lines.count > 400 { Issue.record("\(file.path) has \(file.lines.count) lines; 400 at most") }
            for line in file.lines where line.text.count > 120 {
                Issue.record("\(file.path):\(line.number) has \(line.text.count) columns; 120 at most")
            }
        }
    }

    @Test func `file names say what is inside`() {
        let banned: Set = ["Utils", "Helpers", "Manager", "Common", "Types", "Models", "Constants"]
        for file in Self.sources {
            let name = (file.path as NSString).lastPathComponent.replacingOccurrences(of: ".swift", with: "")
            if banned.contains(name) { Issue.record("\(file.path): \(name) says nothing") }
        }
    }

    @Test func `tests assert`() {
        for file in Self.tests {
            let text = file.lines.map(\.text).joined(separator: "\n")
            let asserts = ["#expect", "#require", "Issue.record"].contains(where: text.contains)
            if text.contains("@Test"), !asserts { Issue.record("\(file.path) has tests that assert nothing") }
        }
    }
}

extension SourceFile {
    /// Lines that are not comments.
    var code: [Line] {
        lines.filter { !$0.text.trimmingCharacters(in: .whitespaces).hasPrefix("//") }
    }
}
