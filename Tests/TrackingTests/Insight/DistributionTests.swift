import Foundation
import Testing

@testable import Tracking

/// Comparing a learner with the others out of counts in buckets.
@Suite struct DistributionTests {
    @Test func `buckets are exact for small values, and a fifth wide for large ones`() {
        for value in 0..<16 { #expect(Distribution.bucket(of: value) == value) }
        for value in 16..<4_096 {
            let bucket = Distribution.bucket(of: value)
            #expect(Distribution.value(of: bucket) <= Double(value) + 1e-9)
            #expect(Distribution.value(of: bucket + 1) > Double(value))
            #expect(Distribution.value(of: bucket + 1) / Distribution.value(of: bucket) < 1.2)
        }
        #expect(Distribution.bucket(of: .max) == Distribution.bucketCount - 1)
        #expect(Distribution.bucket(of: -5) == 0)
    }

    @Test func `a percentile counts those below and half of the equals`() {
        var counts = Distribution()
        for value in 1...20 { counts.add(1, in: Distribution.bucket(of: value)) }
        #expect(counts.percentile(of: 5) == (4 + 0.5) / 20)
        #expect(counts.percentile(of: 5, silent: 20) == (24 + 0.5) / 40)
        #expect(counts.median() == 10)
        #expect(counts.median(silent: 60) == 0)
        #expect(Distribution().percentile(of: 3) == nil)
        #expect(Distribution().median() == 0)
    }

    @Test func `weeks begin on Monday`() {
        // 2026-11-23 is a Monday.
        let monday = 20_780
        #expect(UTCWeek.days(of: UTCWeek.number(ofDay: monday)) == monday..<monday + 7)
        #expect(UTCWeek.number(ofDay: monday - 1) == UTCWeek.number(ofDay: monday) - 1)
        #expect(UTCWeek.number(ofDay: monday + 6) == UTCWeek.number(ofDay: monday))
        #expect(StudyDays.weekday(of: monday) == 1)
    }
}
