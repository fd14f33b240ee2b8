import Foundation
import Testing

@testable import Nudging

/// Quiet hours on the recipient's own clock.
@Suite struct QuietHoursTests {
    private let night = QuietHours(fromHour: 21, untilHour: 8)

    private func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }

    @Test func `outside quiet hours there is nothing to wait for`() throws {
        #expect(night.end(after: People.at("2026-11-18T12:00:00Z"), in: try zone("UTC")) == nil)
        #expect(night.end(after: People.at("2026-11-18T20:59:59Z"), in: try zone("UTC")) == nil)
    }

    @Test func `quiet hours that span midnight end in the morning`() throws {
        let end = People.at("2026-11-19T08:00:00Z")
        for time in ["2026-11-18T21:00:00Z", "2026-11-18T23:59:59Z", "2026-11-19T07:59:59Z"] {
            #expect(night.end(after: People.at(time), in: try zone("UTC")) == end)
        }
    }

    @Test func `the local clock counts, also where it is off by three quarters of an hour`() throws {
        // 18:00 UTC is 23:45 in Kathmandu; 8:00 there is 2:15 UTC.
        #expect(
            night.end(after: People.at("2026-11-18T18:00:00Z"), in: try zone("Asia/Kathmandu"))
                == People.at("2026-11-19T02:15:00Z"))
    }

    @Test func `the night on which clocks change is an hour shorter or longer`() throws {
        let london = try zone("Europe/London")
        #expect(
            night.end(after: People.at("2026-03-28T22:00:00Z"), in: london) == People.at("2026-03-29T07:00:00Z"))
        #expect(
            night.end(after: People.at("2026-10-24T21:00:00Z"), in: london) == People.at("2026-10-25T08:00:00Z"))
    }

    @Test func `the same begin and end means no quiet hours`() throws {
        let none = QuietHours(fromHour: 8, untilHour: 8)
        for hour in 0..<24 {
            #expect(none.end(after: People.noon.addingTimeInterval(Double(hour) * 3_600), in: try zone("UTC")) == nil)
        }
    }

    @Test(
        "the next allowed time is what a search minute by minute finds, in every zone over its clock changes",
        arguments: ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"])
    func bruteForce(name: String) throws {
        let zone = try zone(name)
        for start in ["2026-03-07T00:00:00Z", "2026-03-28T00:00:00Z", "2026-04-04T00:00:00Z", "2026-10-03T00:00:00Z",
            "2026-10-24T00:00:00Z", "2026-10-31T00:00:00Z"]
        {
            for minutes in stride(from: 0, to: 2 * 1_440, by: 97) {
                let now = People.at(start).addingTimeInterval(Double(minutes) * 60)
                var expected: Date?
                if night.isQuiet(now, in: zone) {
                    var minute = (now.timeIntervalSince1970 / 60).rounded(.down) * 60
                    repeat { minute += 60 } while night.isQuiet(Date(timeIntervalSince1970: minute), in: zone)
                    expected = Date(timeIntervalSince1970: minute)
                }
                #expect(night.end(after: now, in: zone) == expected)
            }
        }
    }
}
