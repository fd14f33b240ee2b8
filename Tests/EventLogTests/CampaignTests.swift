import Foundation
import TestSupport
import Testing

@testable import EventLog

/// The fault campaign (promises R3 to R6, R12, R15, R16), and the proof that it would notice.
@Suite(.serialized) struct CampaignTests {
    /// Longer with `HOLDFAST_CAMPAIGN_SECONDS` set, at the same rate.
    static let seconds =
        ProcessInfo.processInfo.environment["HOLDFAST_CAMPAIGN_SECONDS"].flatMap(Int.init) ?? 20

    @Test
    func `every fact takes effect once and in order, whatever is killed, frozen, emptied or rolled back`()
        async throws
    {
        try await LogWorld.run("campaign") { world in
            var campaign = Campaign()
            campaign.seed =
                ProcessInfo.processInfo.environment["HOLDFAST_CAMPAIGN_SEED"].flatMap(UInt64.init)
                ?? campaign.seed
            var random = Seeded(campaign.seed)
            let rounds = max(1, Self.seconds / 20)
            campaign.length = .seconds(Self.seconds)
            campaign.facts = 5_250 * Self.seconds
            campaign.exact = (0..<rounds).flatMap { _ in Campaign.everyStep(&random) }
            campaign.outside =
                [.loseRedis, .flush]
                + (0..<rounds).flatMap { _ in
                    [
                        Campaign.Outside.rollBackRedis, .killRelay, .flush, .freezeConsumer,
                        .rollBackRedis,
                        .killConsumer, .endConsumer, .flush, .freezeRelay, .rollBackRedis, .killConsumer,
                        .flush,
                    ]
                }
            let verdict = try await campaign.run(in: world)
            print(verdict.summary(seed: campaign.seed))
            #expect(verdict.acknowledged >= 5_000 * Self.seconds)
            #expect(verdict.unlikeAcknowledged == 0)
            #expect(verdict.holed == 0)
            #expect(verdict.lost == 0)
            #expect(verdict.doubled == 0)
            #expect(verdict.reordered == 0)
            #expect(verdict.foreign == 0)
            #expect(verdict.poisoned > 0 && verdict.parked == verdict.poisoned)
            #expect(verdict.wronglyParked == 0)
            #expect(verdict.behind == 0)
            #expect(verdict.entriesCompared > 0 && verdict.unlikeLog == 0)
            #expect(verdict.crashes.isEmpty)
            #expect(try #require(verdict.lag) <= .seconds(5))
            #expect(verdict.isGreen)
            for (fault, times) in Dictionary(grouping: campaign.exact, by: \.description) {
                #expect(verdict.faults[fault] == times.count, "not every worker came to: \(fault)")
            }
        }
    }

    @Test func `PostgreSQL killed under load loses, doubles and reorders nothing`() async throws {
        let server = try await PostgresServer.start(isDurable: true)
        try await LogWorld.run("postgres", on: server) { world in
            var campaign = Campaign()
            campaign.facts = 12_000
            campaign.length = .seconds(6)
            campaign.poison = 0
            campaign.outside = [.killPostgres, .killConsumer, .killPostgres]
            let verdict = try await campaign.run(in: world)
            print(verdict.summary(seed: campaign.seed))
            #expect(verdict.acknowledged > 10_000)
            #expect(verdict.isGreen, "\(verdict)")
        }
    }

    @Test func `without the fence a frozen owner that wakes doubles effects, and the campaign says so`()
        async throws
    {
        try await LogWorld.run("unfenced") { world in
            var campaign = Campaign()
            campaign.facts = 12_000
            campaign.length = .seconds(5)
            campaign.isFenced = false
            campaign.poison = 0
            campaign.exact = (0..<4).map { .init(step: .consumerRead, signal: .stop, count: 8 + $0) }
            campaign.patience = .seconds(5)
            let verdict = try await campaign.run(in: world)
            #expect(verdict.doubled > 0 || verdict.reordered > 0)
            #expect(!verdict.isGreen)
        }
    }

    @Test func `numbers from a sequence leave holes, and the campaign says so`() async throws {
        try await LogWorld.run("sequence") { world in
            var campaign = Campaign()
            campaign.facts = 9_000
            campaign.length = .seconds(3)
            campaign.numbering = .sequence
            campaign.poison = 0
            campaign.patience = .seconds(3)
            let verdict = try await campaign.run(in: world)
            #expect(verdict.holed > 0)
            #expect(verdict.lost > 0)
            #expect(!verdict.isGreen)
        }
    }
}

extension Verdict {
    func summary(seed: UInt64) -> String {
        let faults = faults.sorted { $0.key < $1.key }.map { "\($0.value) x \($0.key)" }.joined(
            separator: ", ")
        return """
            campaign with seed \(seed): \(acknowledged) facts, lost \(lost), doubled \(doubled), \
            reordered \(reordered), parked \(parked) of \(poisoned), lag 0 after \
            \(lag.map { "\($0)" } ?? "never"), \(entriesCompared) stream entries compared; \
            \(self.faults.values.reduce(0, +)) faults: \(faults)
            """
    }
}
