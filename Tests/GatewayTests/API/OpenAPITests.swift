import Contracts
import Foundation
import HTTPClient
import HTTPServer
import Logging
import PostgreSQL
import RPC
import Runtime
import Testing

@testable import Gateway

/// The document says what is served: it is made from the same table, and every schema that it names is there.
@Suite struct OpenAPITests {
    private func table() throws -> [Route] {
        let settings = try GatewaySettings(
            Settings(environment: [
                "HOLDFAST_DATABASE_URL": "postgres://a:b@127.0.0.1:1/c", "HOLDFAST_REDIS_URL": "redis://127.0.0.1:1",
            ]))
        let runtime = ServiceRuntime(service: "gateway", logger: Logger(label: "test"), clock: SystemClock())
        let http = HTTPClient()
        let client = RPCClient(base: "http://127.0.0.1:1", http: http)
        let upstream = Upstream(
            tracking: client, prediction: client, nudging: client, notification: client,
            logger: Logger(label: "test"))
        let database = Database(
            DatabaseSettings(
                url: "postgres://a:b@127.0.0.1:1/c", schema: "gateway", poolSize: 1, applicationName: "test"),
            logger: Logger(label: "test"))
        return Wiring.table(settings, upstream, KeyStore(database: database), http, runtime)
    }

    private struct Document: Decodable {
        struct Operation: Decodable {
            var operationId: String
            var responses: [String: JSONValue]
        }
        struct Components: Decodable {
            var schemas: [String: JSONValue]
        }
        var openapi: String
        var paths: [String: [String: Operation]]
        var components: Components
    }

    @Test func `every door of the table is in the document, with an id of its own`() throws {
        let table = try table()
        let document = try JSONDecoder().decode(Document.self, from: OpenAPIDocument.make(table))
        #expect(document.openapi == "3.1.0")
        var ids: Set<String> = []
        for route in table {
            let operation = try #require(document.paths[route.path]?[route.method.rawValue.lowercased()])
            #expect(operation.responses[String(route.successStatus)] != nil)
            #expect(ids.insert(operation.operationId).inserted, "two operations are called \(operation.operationId)")
        }
        #expect(ids.count == document.paths.values.reduce(0) { $0 + $1.count })
    }

    @Test func `every schema that is named is there`() throws {
        let data = try OpenAPIDocument.make(table())
        let document = try JSONDecoder().decode(Document.self, from: data)
        let text = String(decoding: data, as: UTF8.self)
        let names = text.matches(of: /#\/components\/schemas\/(\w+)/).map { String($0.1) }
        #expect(names.count > 40)
        for name in Set(names) { #expect(document.components.schemas[name] != nil, "\(name) is missing") }
    }

    @Test func `what changes something needs more than the scope to read`() throws {
        for route in try table() where route.method != .get { #expect(route.scope != .read, "\(route.path)") }
    }
}
