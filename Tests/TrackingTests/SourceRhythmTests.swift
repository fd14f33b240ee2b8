import Contracts
import Foundation
import Testing

@testable import Tracking

/// When a source is expected to speak, and what does not count as silence. No database: pure functions of hours.
@Suite struct SourceRhythmTests {
    /// A Monday, 0:00 UTC.
    private let monday = UTCHour.number(of: Date(timeIntervalSince1970: 1_789_948_800))

    private func at(_ hour: Double) -> Date {
        UTCHour.start(of: monday).addingTimeInterval(hour * UTCHour.seconds)
    }

    /// Hours of `weeks` weeks before the Monday in which a school speaks: weekdays from 8 to 18.
    private func school(weeks: Int) -> [Int] {
        (0..<weeks * 7).filter { $0 % 7 < 5 }.flatMap { day in
            (8..<18).map { monday - weeks * UTCHour.perWeek + day * 24 + $0 }
        }
    }

    @Test func `hours of the week begin on Monday`() {
        #expect(UTCHour.ofWeek(monday) == 0)
        #expect(UTCHour.ofWeek(monday - 1) == 167)
        #expect(UTCHour.ofWeek(0) == 72)
    }

    @Test func `a school that always speaks by day is missed after three hours of a school day`() throws {
        let rhythm = SourceRhythm(spoken: school(weeks: 6), until: at(0))
        #expect(rhythm.usualHours == (0..<5).flatMap { day in (8..<18).map { day * 24 + $0 } })
        let since = at(24 + 10.5)
        #expect(try #require(rhythm.gapOpens(silentSince: since)) == at(24 + 14))
    }

    @Test func `nights and weekends add nothing`() throws {
        let rhythm = SourceRhythm(spoken: school(weeks: 6), until: at(0))
        // Silent since Friday evening: missed on Monday at 11.
        #expect(try #require(rhythm.gapOpens(silentSince: at(4 * 24 + 17.9))) == at(7 * 24 + 11))
    }

    @Test func `one week of holiday does not change what is usual`() throws {
        let hours = school(weeks: 6).filter { $0 < monday - 2 * 168 || $0 >= monday - 168 }
        let rhythm = SourceRhythm(spoken: hours, until: at(0))
        #expect(rhythm.usualHours.count == 50)
        // Less is certain, so it takes longer.
        #expect(try #require(rhythm.gapOpens(silentSince: at(9.5))) == at(14))
    }

    @Test func `with less than two weeks known, nothing is expected`() {
        #expect(SourceRhythm(spoken: school(weeks: 1), until: at(0)).gapOpens(silentSince: at(9)) == nil)
        #expect(SourceRhythm(spoken: [], until: at(0)).gapOpens(silentSince: at(9)) == nil)
    }

    @Test func `a source that speaks once a night is missed after half a night more than ever`() throws {
        let nights = (1...28).map { monday - $0 * 24 + 2 }
        let rhythm = SourceRhythm(spoken: nights, until: at(0))
        #expect(try #require(rhythm.gapOpens(silentSince: at(2))) == at(2 + 36))
    }

    @Test func `a source that speaks now and then is never missed by the hour`() throws {
        // Every fifth day at changing hours: no hour of the week is usual, the longest silence decides.
        let hours = (1...16).map { monday - $0 * 60 }
        let rhythm = SourceRhythm(spoken: hours, until: at(0))
        #expect(rhythm.usualHours.isEmpty)
        #expect(try #require(rhythm.gapOpens(silentSince: at(-60))) == at(30))
    }

    @Test func `hours inside earlier gaps teach nothing`() {
        let hours = school(weeks: 3).filter { $0 < monday - 168 }
        let gap = UncountedTime([.init(from: at(-168), until: at(0))])
        let known = SourceRhythm(spoken: hours, until: at(0), gaps: gap)
        #expect(known.weeks == 1)
        #expect(known.usualHours == SourceRhythm(spoken: school(weeks: 2), until: at(0)).usualHours)
    }

    // MARK: Uncounted time

    @Test func `seconds inside a gap do not pass`() throws {
        let time = UncountedTime([.init(from: at(10), until: at(20)), .init(from: at(15), until: at(22))])
        #expect(time.spans == [.init(from: at(10), until: at(22))])
        #expect(time.countedSeconds(from: at(8), to: at(24)) == 4 * 3_600)
        #expect(time.countedSeconds(from: at(12), to: at(14)) == 0)
        #expect(time.instant(3 * 3_600, after: at(8)) == at(23))
        #expect(time.instant(2 * 3_600, after: at(8)) == at(10))
        #expect(time.instant(3_600, after: at(12)) == at(23))
        #expect(time.instant(3_600, after: at(30)) == at(31))
        #expect(time.covers(at(10)))
        #expect(!time.covers(at(22)))
    }

    @Test func `nobody can say when a gap that lasts will let time pass`() {
        let time = UncountedTime([.init(from: at(10), until: nil)])
        #expect(time.instant(3_600, after: at(8)) == at(9))
        #expect(time.instant(3 * 3_600, after: at(8)) == nil)
        #expect(time.instant(1, after: at(12)) == nil)
    }

    // MARK: Lag

    @Test func `the median lag of a clock that is ahead is below zero`() throws {
        var counts: [Int: Int] = [:]
        for second in 0..<40 {
            let bucket = try #require(SourceLag.bucket(occurredAt: at(0), receivedAt: at(0) - 90 + Double(second)))
            counts[bucket, default: 0] += 1
        }
        let median = try #require(SourceLag.median(counts))
        #expect((-90 ... -51).contains(median), "\(median)")
        #expect(SourceLag.median([9: 19]) == nil)
        #expect(SourceLag.bucket(occurredAt: at(0), receivedAt: at(1.1)) == nil)
    }
}
