import Contracts
import Foundation
import Fuzzing
import RPC
import TestSupport

@testable import EventLog
@testable import Gateway
@testable import HTTPServer
@testable import Notification
@testable import Tracking

/// Every door, one value each. A new reader of bytes from outside gets its line in ``all()``.
enum Doors {
    static let now = Date(timeIntervalSince1970: 1_790_000_000)

    static func all() throws -> [Door] {
        [
            JSONReference.door, events, sharedCalls, streamFacts, requests, calls, gzip, addresses, times, traces, pageTokens, keys,
            mails, contacts,
        ] + (try mappings()) + (try xapi()) + (try declarations()) + (try CommandDoors.all())
    }

    /// A refusal may repeat a little of what came, in bytes.
    static let refusalBytesMax = 4_096

    /// A refusal is a sentence for a person, whatever it is about.
    static func checkRefusal(_ problem: EventProblem) throws {
        let bytes = problem.description.utf8.count
        guard (1...refusalBytesMax).contains(bytes) else { throw Finding("a refusal of \(bytes) bytes") }
    }

    // MARK: - Documents

    static let corpus = [
        #"{"source":"m","events":[{"id":"é1","learner":"ada","verb":"viewed","occurredAt":"2026-09-20T10:15:30Z"}]}"#,
        #"""
        {"source":"moodle","backfill":true,"events":[{"id":"1","learner":"bola","courseRun":"BBB-2026J","verb":"submitted",
        "activity":{"id":"quiz-3","kind":"quiz"},"result":{"score":0.85,"success":true,"durationSeconds":312.5,"count":2},
        "occurredAt":"2026-09-20T12:15:30.123456+02:00","context":{"ip":null,"tags":["a","b\u00e9\n"],"n":-1.5e3}},
        {"id":"2","learner":"chen","verb":"completed","occurredAt":"2026-09-19T10:15:30Z"}]}
        """#,
    ]

    static let events = Door("events", .json, corpus: corpus) { bytes in
        let batch: IncomingBatch
        do throws(TrackingError) {
            batch = try BatchReader.batch(Data(bytes), now: now)
        } catch {
            return .refused
        }
        for item in batch.items where item.raw.text.utf8.count > TrackingLimits.eventBytesMax {
            throw Finding("a raw text of \(item.raw.text.utf8.count) bytes is kept")
        }
        return batch.items.contains { if case .success = $0.event { true } else { false } } ? .accepted : .refused
    }

    /// What many senders share: each body comes out as it went in.
    static let sharedCalls = Door(
        "shared-calls", .json,
        corpus: [
            String(
                decoding: RecordEventBatches.Request(
                    batches: corpus.map { .init(body: $0, traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") }
                        + [.init(body: "{"), .init(body: "")]
                ).json, as: UTF8.self)
        ]
    ) { bytes in
        let batches: [RecordEventBatches.Batch]
        do throws(TrackingError) {
            batches = try SharedCallReader.batches(Data(bytes))
        } catch {
            return .refused
        }
        let again = try SharedCallReader.batches(RecordEventBatches.Request(batches: batches).json)
        guard again == batches else { throw Finding("a shared call is read otherwise than it was written") }
        return .accepted
    }

    static let streamFacts = Door(
        "stream-facts", .json,
        corpus: [
            #"""
            {"specversion":"1.0","id":"s/3/7","source":"/streams/s","type":"T","subject":"k","time":"2026-09-20T10:15:30Z",
            "datacontenttype":"application/json","tenant":"default","partitionkey":"k","recordedtime":"2026-09-20T10:15:31Z",
            "dataversion":1,"data":{"learner":"k","n":[1,2]}}
            """#
        ]
    ) { bytes in
        guard let fact = CloudEvent.parse(bytes, stream: "s", partition: 3, seq: 7) else { return .refused }
        let again = CloudEvent.parse(Array(CloudEvent.render(fact).utf8), stream: "s", partition: 3, seq: 7)
        guard again == fact else { throw Finding("a fact that was read does not read back") }
        return .accepted
    }

    /// One door for each table of rules that is there, and for each that will be.
    static func mappings() throws -> [Door] {
        let folder = Repository.root.appending(path: "Services/Tracking/Mappings/Events")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "json" }.sorted { $0.path < $1.path }.map { file in
            let format = file.deletingPathExtension().lastPathComponent
            let mapping = try MappingParser.mapping(Data(contentsOf: file), named: format)
            let samples = try Samples.records(of: format)
            return Door("mapping-\(format)", .json, corpus: samples.isEmpty ? corpus : samples) { bytes in
                do throws(TrackingError) {
                    let outcomes = try mapping.read(Data(bytes), EventMapping.Circumstances(receivedAt: now))
                    let isTaken = outcomes.contains { outcome in
                        if case .item(let item) = outcome, case .success = item.event { true } else { false }
                    }
                    return isTaken ? .accepted : .refused
                } catch {
                    return .refused
                }
            }
        }
    }

    // MARK: - Texts

    static let times = Door(
        "times", .text,
        corpus: [
            "2026-09-20T10:15:30Z", "2016-12-31t23:59:60.123456789-05:30", "1999-01-01T00:00:00+14:00",
            "0000-01-01T14:00:00+14:00", "9999-12-31T09:59:59-14:00",
        ]
    ) { bytes in
        guard let date = RFC3339.date(from: String(decoding: bytes, as: UTF8.self)) else { return .refused }
        guard RFC3339.date(from: RFC3339.string(from: date)) == date else { throw Finding("a time does not read back") }
        return .accepted
    }

    static let pageTokens = Door(
        "page-tokens", .text, corpus: [PageToken.text(["2026-09-20T10:15:30Z", "17"], question: ["q", nil])]
    ) { bytes in
        struct Foreign: Error {}
        let text = String(decoding: bytes, as: UTF8.self)
        let keys: [String]?
        do throws(Foreign) {
            keys = try PageToken.keys(text, count: 2, question: ["q", nil], otherwise: Foreign())
        } catch {
            return .refused
        }
        guard keys?.contains(where: { $0.utf8.contains(0) }) != true else { throw Finding("a key has a NUL") }
        return .accepted
    }

    static let keys = Door(
        "keys", .text,
        corpus: [
            "Bearer hf_HoldfastIsTheNameOfAnAnchorAndOfThisProject78b99664", "Basic " + Data(":hf_HoldfastIsTheNameOfAnAnchorAndOfThisProject78b99664".utf8).base64EncodedString(),
        ]
    ) { bytes in
        do throws(GatewayError) {
            let header = String(decoding: bytes, as: UTF8.self)
            _ = try PresentedKey.key(of: HTTPServerRequest(method: .post, path: "/", headers: ["authorization": header]))
            return .accepted
        } catch {
            return .refused
        }
    }

    /// A title or a name, whatever it holds, stays inside its header and its line.
    static let mails = Door("mails", .text, corpus: ["Ada Lovelace", "Quiz 3: Müller & Söhne", "ada@learners.example"]) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let lines: String
        do throws(NotificationError) {
            let subject = try MailHeader("Subject", text: text)
            let mailbox = try Mailbox(name: text, address: EmailAddress("ada@learners.example"))
            lines = subject.lines + "\r\n" + (try MailHeader("To", mailbox: mailbox).lines)
        } catch {
            return .refused
        }
        // A line that goes on begins with a space; any other is a header of its own.
        let headers = lines.utf8.split(separator: 10).filter { $0.first != UInt8(ascii: " ") }
        guard headers.count == 2 else { throw Finding("a text broke out of its header") }
        return .accepted
    }

    static let contacts = Door("addresses-of-mail", .text, corpus: ["ada@learners.example", "a.b+c@x-y.example"]) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        do throws(NotificationError) {
            _ = try EmailAddress(text)
        } catch {
            return .refused
        }
        guard text.utf8.allSatisfy({ (33...126).contains($0) && ![60, 62, 44].contains($0) }) else {
            throw Finding("an address has a character that ends it elsewhere")
        }
        return .accepted
    }
}
