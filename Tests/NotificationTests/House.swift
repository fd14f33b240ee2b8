import Contracts
import EventLog
import Foundation
import HTTPClient
import Logging
import PostgreSQL
import Runtime
import Synchronization
import TestSupport

@testable import Notification

/// Notification's rooms on a real database, put together as the wiring does, with a clock and a provider of the
/// test's own.
struct House: Sendable {
    static let clockStart = Date(timeIntervalSince1970: 1_795_000_000)

    let test: TestDatabase
    let database: Database
    let keys: DerivedKeys
    let store: DeliveryStore
    let contacts: ContactStore
    let unsubscribes: UnsubscribeStore
    let reads: DeliveryReads
    let templates: MessageTemplates
    let clock = SimulatedClock(now: House.clockStart)
    let folder: TemporaryDirectory
    let log = LogCollector()

    static func make() async throws -> House {
        let test = try await TestDatabase.make(schema: "notification")
        let room = Repository.root.appending(path: "Services/Notification")
        try await Migrator(
            schema: "notification", directory: room.appending(path: "Store/Migrations"),
            extra: EventLog.migrations
        ).migrate(test.settings(), logger: Logger(label: "test"))
        return try House(test: test, templates: MessageTemplates(folder: room.appending(path: "Templates")))
    }

    private init(test: TestDatabase, templates: MessageTemplates) throws {
        self.test = test
        self.templates = templates
        database = test.database(poolSize: 8)
        keys = try DerivedKeys(base64: Data(repeating: 7, count: 32).base64EncodedString())
        store = DeliveryStore(keys: keys)
        contacts = ContactStore(keys: keys)
        unsubscribes = UnsubscribeStore(contacts: contacts)
        reads = DeliveryReads(database: database)
        folder = try TemporaryDirectory("sink")
    }

    var logger: Logger {
        var logger = Logger(label: "notification") { _ in log.handler }
        logger.logLevel = .trace
        return logger
    }

    func sink(threads: Int = 2) throws -> SinkProvider {
        try SinkProvider(folder: folder.url, threads: threads, logger: logger)
    }

    func sender(
        _ provider: any MailProvider, lanes: Int = 2, owner: String = "test",
        claimMargin: Duration = .seconds(15),
        policy: RetryPolicy = RetryPolicy(), faults: SenderFaults = .none
    ) throws -> Sender {
        let composer = MessageComposer(
            keys: keys, templates: templates,
            sender: try Mailbox(name: "Your course team", address: try EmailAddress("course@example.org")),
            publicURL: "https://holdfast.example.org", logger: logger)
        let settings = SenderSettings(
            owner: owner, lanes: lanes, interval: .milliseconds(20), claimMargin: claimMargin, policy: policy,
            faults: faults)
        return Sender(
            database: database, store: store, composer: composer, provider: provider, settings: settings,
            clock: clock, bell: Doorbell(), wakeRelay: {}, logger: logger)
    }

    func stranded(resendable: [String] = ["sink"]) -> StrandedDeliveries {
        StrandedDeliveries(
            database: database, store: store, resendable: resendable, clock: clock, bell: Doorbell(),
            wakeRelay: {},
            logger: logger)
    }

    // MARK: - What happens to it

    /// Someone to write to.
    func addLearner(
        name: String? = "Ada Lovelace", email: String? = "ada@example.net", tenant: TenantID = .standard
    ) async throws -> LearnerID {
        let learner = LearnerID(rawValue: UUID())
        let contact = try CheckedContact(Contact(learner: learner, name: name, email: email))
        try await database.transaction { [contacts, clock] session in
            try contacts.save([contact], tenant: tenant, now: clock.now(), on: session)
        }
        return learner
    }

    static func nudge(
        for learner: LearnerID, kind: NudgeKind = .smartReminder, expiresIn: TimeInterval = 86_400,
        parameters: [String: String] = ["nextStep": "Quiz 3", "dueIn": "tomorrow"]
    ) -> NudgeDecided {
        NudgeDecided(
            nudge: NudgeID(rawValue: UUID()), learner: learner, courseRun: CourseRunID(checked: "STAT-2026"),
            courseTitle: "Statistics", kind: kind, policy: "reminder", decidedAt: clockStart,
            expiresAt: clockStart.addingTimeInterval(expiresIn), parameters: parameters)
    }

    /// Hears nudges, as the consumer does in the transaction of its position.
    func hear(_ nudges: [NudgeDecided], tenant: TenantID = .standard) async throws {
        let consumer = Nudges(store: store, templates: templates.kinds, provider: "sink", clock: clock)
        let facts = try nudges.enumerated().map { index, nudge in
            let new = try NewFact(nudge, tenant: tenant, occurredAt: nudge.decidedAt)
            return Fact(
                partition: 0, seq: Int64(index + 1), stream: StreamName.nudges, tenant: tenant, key: new.key,
                type: new.type, version: new.version, occurredAt: new.occurredAt, recordedAt: new.occurredAt,
                body: new.body, traceparent: nil)
        }
        try await database.transaction { session in try consumer.apply(facts, on: session) }
    }

    /// One nudge to one new learner; its delivery.
    func plan(email: String? = "ada@example.net") async throws -> DeliveryID {
        let nudge = Self.nudge(for: try await addLearner(email: email))
        try await hear([nudge])
        return .derived(from: nudge.nudge, channel: .email, tenant: .standard)
    }

    // MARK: - What is seen of it

    func delivery(_ id: DeliveryID) async throws -> ListDeliveries.Delivery {
        let all = try await reads.deliveries(
            ListDeliveries.Request(page: PageRequest(size: 500)), tenant: .standard)
        guard let found = all.deliveries.first(where: { $0.delivery == id }) else {
            throw TestSupportError("there is no delivery \(id)")
        }
        return found
    }

    /// What was said about deliveries, in the order in which it was said of each learner.
    func facts() async throws -> [DeliveryChanged] {
        let rows = try await database.rows("SELECT body::text AS body FROM event_log ORDER BY partition, seq")
        return try rows.map { row in
            let text: String = try row.decode("body")
            return try JSONCoding.decoder().decode(DeliveryChanged.self, from: Data(text.utf8))
        }
    }

    func states(of delivery: DeliveryID) async throws -> [DeliveryState] {
        try await facts().filter { $0.delivery == delivery }.map(\.state)
    }

    /// The sink's files, by delivery.
    func files() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path) {
            files[name] = try Data(contentsOf: folder.url.appending(path: name))
        }
        return files
    }

    /// Lets every claim run out, as if its time had passed.
    func endClaims() async throws {
        try await database.execute(
            "UPDATE delivery SET claim_expires_at = clock_timestamp() - interval '1 second' WHERE state = 'sending'"
        )
    }

    /// Makes every planned message due.
    func makeDue() async throws {
        try await database.execute(
            "UPDATE delivery SET next_attempt_at = clock_timestamp() WHERE state = 'planned'")
    }
}

/// Everything that was logged, as one text.
final class LogCollector: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }
    var handler: any LogHandler { Handler(collector: self) }

    fileprivate func add(_ line: String) { lines.withLock { $0.append(line) } }

    private struct Handler: LogHandler {
        let collector: LogCollector
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .trace

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            collector.add("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])")
        }
    }
}

/// A provider that does what the test says, and counts what it was handed.
final class ScriptedProvider: MailProvider {
    let name = "scripted"
    let isIdempotent = false
    let batchMax = 1
    let timeLimit: Duration
    private let outcomes: Mutex<[AttemptOutcome]>
    private let handed = Mutex<[DeliveryID]>([])

    init(_ outcomes: [AttemptOutcome], timeLimit: Duration = .seconds(5)) {
        self.outcomes = Mutex(outcomes)
        self.timeLimit = timeLimit
    }

    var mails: [DeliveryID] { handed.withLock { $0 } }

    func send(_ mails: [OutgoingMail], before deadline: ContinuousClock.Instant) async -> [AttemptOutcome] {
        guard ContinuousClock.now < deadline else { return mails.map { _ in .abandoned } }
        return mails.map { mail in
            handed.withLock { $0.append(mail.delivery) }
            return outcomes.withLock { $0.isEmpty ? .accepted(nil) : $0.removeFirst() }
        }
    }

    func close() async {}
}
