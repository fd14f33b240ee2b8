import Contracts
import Foundation
import HTTPClient
import TestSupport
import Testing

@testable import Gateway

/// Part three of the xAPI specification, by its clauses, over a socket as a client of a Learning Record Store does it.
@Suite struct XAPICommunicationTests {
    private static let agent = #"{"mbox":"mailto:ada@class.example"}"#

    private static func statement(_ id: String? = nil, verb: String = "http://class.example/read", more: String = "") -> String {
        let id = id.map { "\"id\":\"\($0)\"," } ?? ""
        return #"{\#(id)"actor":\#(agent),"verb":{"id":"\#(verb)"},"object":{"id":"http://class.example/1"}\#(more)}"#
    }

    private static func id(_ number: Int) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

    @Test func `XAPI-00143 to 00147, XAPI-00156: PUT is 204, POST 200 with ids, GET gives them back`() async throws {
        try await XAPIWorld.run { world in
            let put = try await world.send(.put, "/xapi/statements?statementId=\(Self.id(1))", Self.statement(Self.id(1)))
            #expect(put.status == 204 && put.body.isEmpty)
            let post = try await world.send(.post, "/xapi/statements", "[\(Self.statement(Self.id(2))),\(Self.statement())]")
            #expect(post.status == 200)
            #expect(try post.ids.count == 2 && post.ids[0] == Self.id(2))
            #expect(try await world.send(.put, "/xapi/statements", Self.statement()).status == 400)
            #expect(try await world.send(.put, "/xapi/statements?StatementId=\(Self.id(3))", Self.statement()).status == 400)
            #expect(try await world.send(.post, "/xapi/statements?statementId=\(Self.id(3))", Self.statement()).status == 400)
            let conflict = try await world.send(
                .put, "/xapi/statements?statementId=\(Self.id(1))", Self.statement(verb: "x:y"))
            #expect(conflict.status == 409)

            let single = try await world.send(.get, "/xapi/statements?statementId=\(Self.id(1))")
            #expect(single.status == 200)
            let statement = try single.json
            #expect(statement["id"] == .string(Self.id(1)))
            #expect(statement["authority", "account", "homePage"] == .string("http://holdfast.example"))
            #expect(try await world.send(.get, "/xapi/statements?statementId=\(Self.id(9))").status == 404)
            let list = try await world.send(.get, "/xapi/statements")
            #expect(list.status == 200)
            #expect(try list.json["more"] == .string(""))
        }
    }

    @Test func `Communication 2.1.3, 3.3: headers of an answer, also of a refusal`() async throws {
        try await XAPIWorld.run { world in
            let id = try await world.send(.post, "/xapi/statements", Self.statement()).ids[0]
            let single = try await world.send(.get, "/xapi/statements?statementId=\(id)")
            #expect(single.headers["content-type"] == "application/json")
            #expect(single.headers["x-experience-api-version"] == "1.0.3")
            #expect(single.headers["date"] != nil)
            let stored = try #require(try single.json["stored"]?.text)
            let date = try #require(RFC3339.date(from: stored))
            #expect(single.headers["last-modified"] == XAPIAnswer.httpDate(date))
            let tag = try #require(single.headers["etag"])
            let again = try await world.send(.get, "/xapi/statements?statementId=\(id)", ["If-None-Match": tag])
            #expect(again.status == 304 && again.body.isEmpty && again.headers["etag"] == tag)
            for path in ["?statementId=\(id)", "", "?foo=bar", "?statementId=\(Self.id(9))", "?limit=1&format=ids", "/more/x"] {
                let answer = try await world.send(.get, "/xapi/statements\(path)")
                let through = answer.headers["x-experience-api-consistent-through"].flatMap(RFC3339.date(from:))
                #expect(try #require(through, "\(path)") >= date)
                #expect(answer.headers["x-experience-api-version"] == "1.0.3", "\(path)")
                #expect(answer.headers["access-control-allow-origin"] == "*", "\(path)")
            }
        }
    }

    @Test func `XAPI-00331, XAPI-00333: the version is negotiated, and missing or unknown is a 400`() async throws {
        try await XAPIWorld.run { world in
            for (asked, answered) in [("1.0", "1.0.3"), ("1.0.0", "1.0.3"), ("1.0.9", "1.0.3"), ("2.0", "2.0.0"), ("2.0.0", "2.0.0")] {
                let answer = try await world.send(.get, "/xapi/statements", ["X-Experience-API-Version": asked])
                #expect(answer.status == 200 && answer.headers["x-experience-api-version"] == answered, "\(asked)")
            }
            for asked in ["0.95", "1.1.0", "3.0.0", "x", nil] {
                for method in [HTTPClientRequest.Method.get, .post, .put] {
                    let path = "/xapi/statements" + (method == .put ? "?statementId=\(Self.id(1))" : "")
                    let body = method == .get ? nil : Self.statement()
                    let answer = try await world.send(method, path, body, ["X-Experience-API-Version": asked])
                    #expect(answer.status == 400, "\(asked ?? "none") \(method)")
                    #expect(answer.headers["x-experience-api-version"] == "2.0.0")
                }
            }
        }
    }

    @Test func `Communication 2.8: about needs neither key nor version, and tells old clients of old versions`() async throws {
        try await XAPIWorld.run { world in
            let none: [String: String?] = ["Authorization": nil, "X-Experience-API-Version": nil]
            let about = try await world.send(.get, "/xapi/about", none)
            #expect(about.status == 200)
            #expect(about.text == #"{"version":["1.0.0","1.0.1","1.0.2","1.0.3","2.0.0"]}"#)
            #expect(about.headers["x-experience-api-version"] == "2.0.0")
            let old = try await world.send(.get, "/xapi/about")
            #expect(old.text == #"{"version":["1.0.0","1.0.1","1.0.2","1.0.3"]}"#)
        }
    }

    @Test func `Communication 3.2, 4.0: keys, scopes and methods`() async throws {
        try await XAPIWorld.run { world in
            for authorization in [nil, "Basic eDp5", "Bearer nonsense", "Basic " + Data("a:\(APIKey.make().text)".utf8).base64EncodedString()] {
                let answer = try await world.send(.get, "/xapi/statements", ["Authorization": authorization])
                #expect(answer.status == 401 && answer.headers["www-authenticate"] != nil)
                #expect(answer.headers["x-experience-api-version"] == "1.0.3")
            }
            let bearer = ["Authorization": "Bearer \(world.ingestKey)"]
            #expect(try await world.send(.post, "/xapi/statements", Self.statement(), bearer).status == 200)
            #expect(try await world.send(.get, "/xapi/statements", bearer).status == 403)
            for (method, path) in [
                (HTTPClientRequest.Method.delete, "statements?statementId=\(Self.id(1))"), (.delete, "activities"), (.post, "activities"),
                (.put, "activities"), (.delete, "agents"), (.post, "agents"), (.put, "agents"), (.patch, "statements"), (.post, "about"),
            ] {
                let answer = try await world.send(method, "/xapi/\(path)", method == .delete ? nil : "{}", ["Authorization": nil])
                #expect(answer.status == 405 && answer.headers["allow"]?.contains("GET") == true, "\(method) \(path)")
                #expect(answer.headers["x-experience-api-version"] != nil)
            }
        }
    }

    @Test func `Communication 1.1: HEAD is GET without a body`() async throws {
        try await XAPIWorld.run { world in
            let id = try await world.send(.post, "/xapi/statements", Self.statement()).ids[0]
            for path in ["statements?statementId=\(id)", "statements", "about", "activities?activityId=x:y", "statements?statementId=\(Self.id(9))"] {
                let (get, head) = (try await world.send(.get, "/xapi/\(path)"), try await world.send(.head, "/xapi/\(path)"))
                #expect(head.status == get.status && head.body.isEmpty, "\(path)")
                for name in ["content-type", "etag", "last-modified", "x-experience-api-version"] {
                    #expect(head.headers[name] == get.headers[name], "\(path) \(name)")
                }
                if path.hasPrefix("statements") { #expect(head.headers["x-experience-api-consistent-through"] != nil, "\(path)") }
            }
        }
    }

    @Test func `Communication 1.3: the alternate syntax in 1.0.3, and none in 2.0`() async throws {
        try await XAPIWorld.run { world in
            let form = ["Content-Type": "application/x-www-form-urlencoded"]
            let basic = "Basic " + Data("lrs:\(world.key)".utf8).base64EncodedString()
            let put = XAPIWorld.query([
                "statementId": Self.id(1), "content": Self.statement(), "Authorization": basic,
                "X-Experience-API-Version": "1.0.3", "Content-Type": "application/json",
            ])
            let bare: [String: String?] = [
                "Content-Type": "application/x-www-form-urlencoded", "Authorization": nil, "X-Experience-API-Version": nil,
            ]
            #expect(try await world.send(.post, "/xapi/statements?method=PUT", put, bare).status == 204)
            let get = try await world.send(.post, "/xapi/statements?method=GET", "limit=1", form)
            #expect(get.status == 200 && get.headers["x-experience-api-consistent-through"] != nil)
            #expect(try get.json["statements", "0", "id"] == .string(Self.id(1)))
            let post = try await world.send(
                .post, "/xapi/statements?method=POST", XAPIWorld.query(["content": Self.statement()]), form)
            #expect(try post.ids.count == 1)
            #expect(try await world.send(.post, "/xapi/statements?method=PUT", "statementId=\(Self.id(2))", form).status == 400)
            #expect(try await world.send(.post, "/xapi/statements?method=PUT&statementId=\(Self.id(2))", put, form).status == 400)
            #expect(try await world.send(.post, "/xapi/statements?method=PUT", Self.statement(), form).status == 400)
            #expect(try await world.send(.post, "/xapi/statements?method=DELETE", "x=y", form).status == 405)
            #expect(try await world.send(.get, "/xapi/statements?method=POST").status == 400)
            let second = form.merging(["X-Experience-API-Version": "2.0.0"]) { $1 }
            for method in ["GET", "PUT", "POST"] {
                let answer = try await world.send(.post, "/xapi/statements?method=\(method)", put, second)
                #expect(answer.status == 400 && answer.headers["x-experience-api-version"] == "2.0.0", "\(method)")
            }
        }
    }

    @Test func `XAPI-00127, Communication 1.4: bodies that are not statements in UTF-8 JSON`() async throws {
        try await XAPIWorld.run { world in
            for type in ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "", nil] {
                let answer = try await world.send(.post, "/xapi/statements", Self.statement(), ["Content-Type": type])
                #expect(answer.status == 400, "\(type ?? "none")")
            }
            for type in ["application/json; charset=utf-8", "Application/JSON"] {
                #expect(try await world.send(.post, "/xapi/statements", Self.statement(), ["Content-Type": type]).status == 200)
            }
            for body in [Data(), Data([0xFF, 0xFE]), Data("{".utf8), Data("{\"a\":\"\\u0000\"}".utf8)] {
                #expect(try await world.send(.post, "/xapi/statements", data: body).status == 400)
            }
            let text = Self.statement(more: #","result":{"response":"日本 ä 😀"}"#)
            let id = try await world.send(.post, "/xapi/statements", text).ids[0]
            #expect(try await world.send(.get, "/xapi/statements?statementId=\(id)").text.contains("日本 ä 😀"))
            let large = try await world.send(.post, "/xapi/statements", data: Data(repeating: 0x20, count: 5 << 20))
            #expect(large.status == 413 && large.headers["x-experience-api-version"] != nil)
        }
    }

    // MARK: Attachments

    private static let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    private static func attached(_ more: String = "") -> String {
        statement(
            more: #","attachments":[{"usageType":"http://class.example/use","display":{"en":"Paper"},"contentType":"text/plain","#
                + #""length":3,"sha2":"\#(hash)"\#(more)}]"#)
    }

    private static func part(_ headers: [String], _ body: String) -> String {
        "--b\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n" + body + "\r\n"
    }

    private static let json = "Content-Type: application/json"
    private static let file = ["Content-Type: text/plain", "Content-Transfer-Encoding: binary", "X-Experience-API-Hash: \(hash)"]

    @Test func `XAPI-00128 to 00138, XAPI-00161, XAPI-00167: statements with their files, in and out`() async throws {
        try await XAPIWorld.run { world in
            func post(_ body: String, type: String = "multipart/mixed; boundary=b") async throws -> XAPIWorld.Answer {
                try await world.send(.post, "/xapi/statements", body, ["Content-Type": type])
            }
            let good = Self.part([Self.json], Self.attached()) + Self.part(Self.file, "abc") + "--b--\r\n"
            let id = try await post(good).ids[0]
            for bad in [
                Self.part(["Content-Type: text/plain"], Self.attached()) + Self.part(Self.file, "abc") + "--b--",
                Self.part([Self.json], Self.attached()) + "--b--",
                Self.part([Self.json], Self.statement()) + Self.part(Self.file, "abc") + "--b--",
                Self.part([Self.json], Self.attached()) + Self.part(Array(Self.file.prefix(2)), "abc") + "--b--",
                Self.part([Self.json], Self.attached()) + Self.part([Self.file[0], Self.file[2]], "abc") + "--b--",
                Self.part([Self.json], Self.attached()) + Self.part([Self.json], Self.statement()) + "--b--",
                Self.part([Self.json], Self.attached()) + Self.part(Self.file, "abc"),
                Self.attached(), "",
            ] { #expect(try await post(bad).status == 400, "\(bad)") }
            #expect(try await post(good, type: "multipart/mixed").status == 400)
            #expect(try await post(good, type: "multipart/mixed; boundary=other").status == 400)
            #expect(try await world.send(.post, "/xapi/statements", Self.attached()).status == 400)
            #expect(try await world.send(.post, "/xapi/statements", Self.attached(#","fileUrl":"http://x.example/f""#)).status == 200)

            for path in ["?statementId=\(id)", "?statementId=\(id)&attachments=false", "", "?attachments=false"] {
                #expect(try await world.send(.get, "/xapi/statements\(path)").headers["content-type"] == "application/json")
            }
            for path in ["?statementId=\(id)&attachments=true", "?attachments=true"] {
                let answer = try await world.send(.get, "/xapi/statements\(path)")
                let type = try #require(answer.headers["content-type"])
                #expect(type.hasPrefix("multipart/mixed; boundary="))
                let parts = try MultipartMixed.parts(answer.body, boundary: try #require(MultipartMixed.boundary(type)))
                #expect(parts.count == 2)
                #expect(parts[0].headers["content-type"] == "application/json")
                #expect(parts[1].headers["x-experience-api-hash"] == Self.hash)
                #expect(parts[1].headers["content-transfer-encoding"] == "binary")
                #expect(parts[1].body == Data("abc".utf8))
            }
        }
    }

    // MARK: Finding

    @Test func `XAPI-00164, XAPI-00168: parameters as a client encodes them, and more links that a client follows`()
        async throws
    {
        try await XAPIWorld.run { world in
            let statements = (1...5).map { Self.statement(Self.id($0)) }
            _ = try await world.send(.post, "/xapi/statements", "[\(statements.joined(separator: ","))]")
            let query = XAPIWorld.query([
                "agent": Self.agent, "verb": "http://class.example/read", "activity": "http://class.example/1", "limit": "2",
                "since": "2012-06-01T19:09:13.245Z", "format": "ids", "attachments": "false", "related_activities": "true",
            ])
            var path = "/xapi/statements?\(query)"
            var seen: [String] = []
            while !path.isEmpty {
                let answer = try await world.send(.get, path)
                #expect(answer.status == 200, "\(answer.text)")
                let result = try answer.json
                seen += ["0", "1"].compactMap { result["statements", $0, "id"]?.text }
                path = try #require(result["more"]?.text)
            }
            #expect(seen == (1...5).reversed().map(Self.id))
            #expect(try await world.send(.get, "/xapi/statements?limit=1&limit=2").status == 400)
            #expect(try await world.send(.get, "/xapi/statements/more/x").status == 400)
            let empty = try await world.send(.get, "/xapi/statements?verb=x:none")
            #expect(empty.text == #"{"statements":[],"more":""}"#)
        }
    }

    @Test func `XAPI-00172: Accept-Language chooses the language of the canonical form`() async throws {
        try await XAPIWorld.run { world in
            let verb = #""verb":{"id":"x:y","display":{"en":"read","de":"las"}}"#
            let statement = #"{"actor":\#(Self.agent),\#(verb),"object":{"id":"x:z","definition":{"name":{"en":"Page","de":"Seite"}}}}"#
            let id = try await world.send(.post, "/xapi/statements", statement).ids[0]
            let path = "/xapi/statements?statementId=\(id)&format=canonical"
            let german = try await world.send(.get, path, ["Accept-Language": "de-AT, en;q=0.1"])
            #expect(try german.json["object", "definition", "name"] == .object(["de": .string("Seite")]))
            let english = try await world.send(.get, path, ["Accept-Language": "en"])
            #expect(try english.json["verb", "display"] == .object(["en": .string("read")]))
        }
    }

    @Test func `Communication 2.4, 2.5: agents and activities`() async throws {
        try await XAPIWorld.run { world in
            _ = try await world.send(.post, "/xapi/statements", Self.statement())
            let activity = try await world.send(.get, "/xapi/activities?activityId=http%3A%2F%2Fclass.example%2F1")
            #expect(activity.status == 200 && activity.text == #"{"id":"http://class.example/1","objectType":"Activity"}"#)
            #expect(try await world.send(.get, "/xapi/activities").status == 400)
            let person = try await world.send(.get, "/xapi/agents?" + XAPIWorld.query(["agent": Self.agent]))
            #expect(person.text == #"{"mbox":["mailto:ada@class.example"],"objectType":"Person"}"#)
            #expect(try await world.send(.get, "/xapi/agents?agent=ada").status == 400)
        }
    }

    @Test func `Communication 2.3, 2.6, 2.7, 3.1: documents, their tags and conditions`() async throws {
        try await XAPIWorld.run { world in
            for (path, parameters, isConditional) in [
                ("activities/state", ["activityId": "x:a", "agent": Self.agent, "stateId": "s"], false),
                ("activities/profile", ["activityId": "x:a", "profileId": "p"], true),
                ("agents/profile", ["agent": Self.agent, "profileId": "p"], true),
            ] {
                let address = "/xapi/\(path)?" + XAPIWorld.query(parameters)
                #expect(try await world.send(.get, address).status == 404)
                #expect(try await world.send(.put, address, "one", ["Content-Type": "text/plain", "If-None-Match": "*"]).status == 204)
                let document = try await world.send(.get, address)
                #expect(document.status == 200 && document.text == "one" && document.headers["content-type"] == "text/plain")
                #expect(document.headers["last-modified"] != nil)
                let tag = try #require(document.headers["etag"])
                #expect(try await world.send(.get, address, ["If-None-Match": tag]).status == 304)
                #expect(try await world.send(.head, address).headers["etag"] == tag)
                #expect(try await world.send(.put, address, "two").status == (isConditional ? 409 : 204))
                #expect(try await world.send(.put, address, "two", ["If-Match": "\"x\""]).status == 412)
                #expect(try await world.send(.put, address, "two", ["If-None-Match": "*"]).status == 412)
                #expect(try await world.send(.put, address, #"{"a":1}"#, ["If-Match": "*"]).status == 204)
                #expect(try await world.send(.post, address, #"{"b":2}"#).status == 204)
                #expect(try await world.send(.get, address).text == #"{"a":1,"b":2}"#)
                let list = "/xapi/\(path)?" + XAPIWorld.query(parameters.filter { !["stateId", "profileId"].contains($0.key) })
                #expect(try await world.send(.get, list).ids == [parameters["stateId"] ?? parameters["profileId"] ?? ""])
                #expect(try await world.send(.delete, address, ["If-Match": "\"x\""]).status == 412)
                #expect(try await world.send(.delete, address).status == 204)
                #expect(try await world.send(.get, address).status == 404)
                #expect(try await world.send(.get, "/xapi/\(path)").status == 400)
            }
        }
    }

    @Test func `a page of another origin may ask, with the headers that xAPI needs`() async throws {
        try await XAPIWorld.run { world in
            let text = try await blocking {
                let socket = try RawSocket(port: world.port)
                _ = socket.send(
                    "OPTIONS /xapi/statements HTTP/1.1\r\nHost: x\r\nOrigin: http://page.example\r\n"
                        + "Access-Control-Request-Method: PUT\r\n"
                        + "Access-Control-Request-Headers: authorization, x-experience-api-version\r\n\r\n")
                return socket.receive(until: "\r\n\r\n").lowercased()
            }
            #expect(text.hasPrefix("http/1.1 204"))
            for line in [
                "access-control-allow-origin: *", "access-control-allow-methods: get, head, options, post, put",
                "authorization, x-experience-api-version, content-type, if-match, if-none-match",
            ] { #expect(text.contains(line), "\(text)") }
        }
    }
}

extension JSONValue {
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

    fileprivate subscript(_ path: String...) -> JSONValue? {
        path.reduce(self) { value, name in
            switch value {
            case .object(let members): members[name]
            case .array(let elements): Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
            default: nil
            }
        }
    }
}

extension XAPIWorld {
    /// A request without a body.
    fileprivate func send(
        _ method: HTTPClientRequest.Method, _ path: String, _ changed: [String: String?]
    ) async throws -> Answer {
        try await send(method, path, nil, data: nil, changed)
    }
}
