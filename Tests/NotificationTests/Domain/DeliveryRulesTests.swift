import Contracts
import Foundation
import Testing

@testable import Notification

/// When a message may be sent, and what becomes of it. Pure functions.
@Suite struct DeliveryRulesTests {
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    let policy = RetryPolicy()

    func conditions(
        template: Bool = true, address: Bool = true, unsubscribed: Bool = false, expiresIn: TimeInterval = 60
    ) -> SendingConditions {
        SendingConditions(
            hasTemplate: template, hasAddress: address, isUnsubscribed: unsubscribed,
            expiresAt: now.addingTimeInterval(expiresIn))
    }

    @Test func `a message with all it needs has no obstacle`() {
        #expect(conditions().obstacle(at: now) == nil)
    }

    @Test func `each missing condition is its own reason, and the learner's word comes first`() {
        #expect(conditions(template: false).obstacle(at: now) == .noTemplate)
        #expect(conditions(address: false).obstacle(at: now) == .noContact)
        #expect(conditions(expiresIn: 0).obstacle(at: now) == .expired)
        #expect(
            conditions(address: false, unsubscribed: true, expiresIn: -1).obstacle(at: now) == .unsubscribed)
    }

    @Test func `what was accepted is sent, what was refused has failed, what never left is planned again`() {
        #expect(
            policy.step(after: .accepted(nil), attempts: 1, sinceFirst: 0, jitter: 1) == .finished(.sent, nil)
        )
        #expect(
            policy.step(after: .refused(.rejected, reply: "550"), attempts: 1, sinceFirst: 0, jitter: 1)
                == .finished(.failed, .rejected))
        #expect(policy.step(after: .abandoned, attempts: 1, sinceFirst: 0, jitter: 1) == .again(after: 1))
    }

    @Test func `what is unclear is held, or sent again where the operator wants it so`() {
        #expect(
            policy.step(after: .unclear, attempts: 1, sinceFirst: 0, jitter: 1)
                == .finished(.unknown, .unanswered))
        let resending = RetryPolicy(onUnclear: .resend)
        #expect(resending.step(after: .unclear, attempts: 1, sinceFirst: 0, jitter: 1) == .again(after: 1))
    }

    @Test func `waits double from one second to five minutes, with full jitter`() {
        let patient = RetryPolicy(attemptsMax: 100, window: 1e9)
        let waits = (1...12).map { attempt in
            patient.step(after: .notAccepted(reply: nil), attempts: attempt, sinceFirst: 0, jitter: 1)
        }
        #expect(
            waits
                == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map { AttemptVerdict.again(after: $0) })
        #expect(
            patient.step(after: .notAccepted(reply: nil), attempts: 5, sinceFirst: 0, jitter: 0)
                == .again(after: 0))
    }

    @Test func `after eight attempts, or half an hour, it is given up`() {
        let outcome = AttemptOutcome.notAccepted(reply: "450 4.2.0")
        #expect(
            policy.step(after: outcome, attempts: 8, sinceFirst: 10, jitter: 0) == .finished(.failed, .gaveUp)
        )
        #expect(policy.step(after: outcome, attempts: 7, sinceFirst: 10, jitter: 1) == .again(after: 64))
        #expect(
            policy.step(after: outcome, attempts: 2, sinceFirst: 1_799, jitter: 1)
                == .finished(.failed, .gaveUp))
    }

    @Test func `a provider that fails five times is left alone, but for a probe every five seconds`() {
        var breaker = ProviderBreaker()
        let start = ContinuousClock.now
        for _ in 1...4 { breaker.noteFailure(at: start) }
        let look1 = breaker.admits(at: start)
        #expect(look1)
        breaker.noteFailure(at: start)
        let look2 = breaker.admits(at: start + .seconds(4))
        #expect(!look2)
        let look3 = breaker.admits(at: start + .seconds(5))
        #expect(look3)
        let look4 = breaker.admits(at: start + .seconds(6))
        #expect(!look4)
        breaker.noteFailure(at: start + .seconds(6))
        let look5 = breaker.admits(at: start + .seconds(10))
        #expect(!look5)
        let look6 = breaker.admits(at: start + .seconds(11))
        #expect(look6)
        breaker.noteAnswer()
        let look7 = breaker.admits(at: start + .seconds(11))
        #expect(look7)
        #expect(!breaker.isOpen)
    }

    @Test func `failures far apart do not count together`() {
        var breaker = ProviderBreaker()
        let start = ContinuousClock.now
        for second in 0..<20 { breaker.noteFailure(at: start + .seconds(second * 4)) }
        #expect(!breaker.isOpen)
    }

    @Test func `a place in a list reads back, and nothing else does`() throws {
        let cursor = DeliveryCursor(at: now, delivery: DeliveryID(rawValue: UUID()))
        let question: [String?] = ["deliveries", "a", nil]
        #expect(try DeliveryCursor(token: cursor.token(for: question), question: question) == cursor)
        #expect(try DeliveryCursor(token: "", question: question) == .start)
        let foreign = cursor.token(for: ["deliveries", "a", "b"])
        for bad in ["x", "AAAA", Data("2026 x".utf8).base64EncodedString(), foreign] {
            #expect(throws: NotificationError.invalidPageToken) {
                try DeliveryCursor(token: bad, question: question)
            }
        }
    }
}

/// Seals, fingerprints, links.
@Suite struct DerivedKeysTests {
    let keys: DerivedKeys
    let learner = LearnerID(rawValue: UUID())

    init() throws {
        keys = try DerivedKeys(base64: Data(repeating: 7, count: 32).base64EncodedString())
    }

    @Test func `what is sealed opens in its own place alone`() throws {
        let sealed = try keys.seal("Ada", field: .name, tenant: .standard, learner: learner)
        #expect(try keys.open(sealed, field: .name, tenant: .standard, learner: learner) == "Ada")
        #expect(throws: NotificationError.self) {
            try keys.open(sealed, field: .email, tenant: .standard, learner: learner)
        }
        #expect(throws: NotificationError.self) {
            try keys.open(sealed, field: .name, tenant: .standard, learner: LearnerID(rawValue: UUID()))
        }
        #expect(throws: NotificationError.self) {
            try keys.open(sealed, field: .name, tenant: TenantID(checked: "other"), learner: learner)
        }
        let others = try DerivedKeys(base64: Data(repeating: 8, count: 32).base64EncodedString())
        #expect(throws: NotificationError.self) {
            try others.open(sealed, field: .name, tenant: .standard, learner: learner)
        }
    }

    @Test func `equal texts are sealed differently, and equal addresses have one fingerprint`() throws {
        let one = try keys.seal("Ada", field: .name, tenant: .standard, learner: learner)
        #expect(try keys.seal("Ada", field: .name, tenant: .standard, learner: learner) != one)
        let fingerprint = keys.fingerprint(of: try EmailAddress("ADA@example.org"), tenant: .standard)
        #expect(keys.fingerprint(of: try EmailAddress("ada@Example.org"), tenant: .standard) == fingerprint)
        #expect(
            keys.fingerprint(of: try EmailAddress("ada@example.org"), tenant: TenantID(checked: "b"))
                != fingerprint)
    }

    @Test func `a link says nothing, stays the same, and is its delivery's own`() throws {
        let delivery = DeliveryID(rawValue: UUID())
        let token = keys.unsubscribeToken(delivery: delivery, tenant: .standard, learner: learner)
        #expect(token.wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
        #expect(keys.unsubscribeToken(delivery: delivery, tenant: .standard, learner: learner) == token)
        #expect(
            keys.unsubscribeToken(delivery: delivery, tenant: TenantID(checked: "b"), learner: learner)
                != token)
        #expect(
            keys.unsubscribeToken(delivery: .init(rawValue: UUID()), tenant: .standard, learner: learner)
                != token)
    }

    @Test("a key that is not 32 bytes is refused", arguments: ["", "abc", "AAAA", "not base64 at all!"])
    func badKey(text: String) {
        #expect(throws: NotificationError.self) { try DerivedKeys(base64: text) }
    }

    @Test func `a nudge has one delivery for each channel, however often it is heard`() {
        let nudge = NudgeID(rawValue: UUID())
        let one = DeliveryID.derived(from: nudge, channel: .email, tenant: .standard)
        #expect(DeliveryID.derived(from: nudge, channel: .email, tenant: .standard) == one)
        #expect(DeliveryID.derived(from: nudge, channel: .sms, tenant: .standard) != one)
        #expect(DeliveryID.derived(from: nudge, channel: .email, tenant: TenantID(checked: "b")) != one)
    }
}
