import Foundation
import Testing

@testable import Gateway

/// Keys: how they look, and what is not one.
@Suite struct APIKeyTests {
    @Test func `a new key reads back as itself and no two are alike`() throws {
        let keys = (0..<200).map { _ in APIKey.make() }
        #expect(Set(keys.map(\.text)).count == 200)
        for key in keys { #expect(try APIKey(key.text) == key) }
    }

    @Test func `the checksum is the CRC-32 that everybody knows`() {
        #expect(CRC32.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    }

    @Test func `one changed character is noticed before any look into the database`() {
        let key = APIKey.make().text
        for place in key.indices {
            var changed = key
            changed.replaceSubrange(place...place, with: key[place] == "x" ? "y" : "x")
            #expect(throws: GatewayError.malformedKey) { try APIKey(changed) }
        }
    }

    @Test(
        "what is no key is refused",
        arguments: ["", "hf_", "Bearer", String(repeating: "a", count: 54), "hf_" + String(repeating: "ä", count: 51)])
    func malformed(text: String) {
        #expect(throws: GatewayError.malformedKey) { try APIKey(text) }
    }

    @Test func `what is kept is a digest, and what is shown gives little away`() {
        let key = APIKey.make()
        #expect(key.digest.count == 32)
        #expect(key.shownPrefix.count == 9)
    }
}

/// How often a key may ask.
@Suite struct RateLimitTests {
    @Test func `a burst of twice the rate is let through, then one a token`() throws {
        let limit = RateLimit(rate: 10)
        let key = UUID()
        let start = ContinuousClock.now
        for _ in 0..<20 { try limit.take(key, now: start) }
        #expect(throws: GatewayError.rateLimited(retryAfter: .seconds(0.1))) { try limit.take(key, now: start) }
        try limit.take(key, now: start + .milliseconds(101))
        #expect(throws: GatewayError.self) { try limit.take(key, now: start + .milliseconds(102)) }
    }

    @Test func `one key's burst does not take from another's`() throws {
        let limit = RateLimit(rate: 1)
        let start = ContinuousClock.now
        let (greedy, modest) = (UUID(), UUID())
        for _ in 0..<2 { try limit.take(greedy, now: start) }
        #expect(throws: GatewayError.self) { try limit.take(greedy, now: start) }
        try limit.take(modest, now: start)
    }
}
