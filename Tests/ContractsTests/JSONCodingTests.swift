import Contracts
import Foundation
import Testing

/// How values look on the wire, and what is refused at the door.
@Suite struct JSONCodingTests {
    @Test("a time that its zone puts before the year 0 or after 9999 is refused, since it could not be written again", arguments: [
        "0000-01-01T00:00:00+00:01", "0000-01-01T13:59:59+14:00", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z",
    ])
    func beyondAllYears(text: String) {
        #expect(RFC3339.date(from: text) == nil)
    }

    @Test func `a time beyond what four digits of a year can say is written as the nearest that they can, not a crash`() {
        for date in [-1e300, -62_167_219_201.0, -.infinity].map(Date.init(timeIntervalSince1970:)) {
            #expect(RFC3339.string(from: date) == "0000-01-01T00:00:00.000000Z")
        }
        for date in [253_402_300_800, 1e300, .infinity].map(Date.init(timeIntervalSince1970:)) {
            #expect(RFC3339.string(from: date).hasPrefix("9999-12-31T23:59:59.9999"))
        }
    }

    @Test(
        "a time is written in UTC with six decimals and read back to the microsecond",
        arguments: [
            "1969-12-31T23:59:59.999999Z", "2000-02-29T00:00:00.000000Z", "2026-11-23T10:15:30.123456Z",
            "0001-01-01T00:00:00.000000Z", "2100-03-01T12:00:00.000001Z",
        ])
    func timesRoundTrip(text: String) throws {
        let date = try #require(RFC3339.date(from: text))
        #expect(RFC3339.string(from: date) == text)
    }

    @Test(
        "a time with another zone or precision means the same instant",
        arguments: [
            ("2026-11-23T12:15:30+02:00", "2026-11-23T10:15:30.000000Z"),
            ("2026-11-23T04:45:30.5-05:30", "2026-11-23T10:15:30.500000Z"),
            ("2026-11-23t10:15:30.1234567z", "2026-11-23T10:15:30.123456Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
        ])
    func zones(text: String, expected: String) throws {
        #expect(RFC3339.string(from: try #require(RFC3339.date(from: text))) == expected)
    }

    @Test(
        "what is not an RFC 3339 time with a zone is refused",
        arguments: [
            "", "2026-11-23", "2026-11-23T10:15:30", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
            "2026-11-23T24:00:00Z", "2026-11-23T10:15:30.Z", "2026-11-23T10:15:30Z ", "２026-11-23T10:15:30Z",
        ])
    func badTimes(text: String) {
        #expect(RFC3339.date(from: text) == nil)
    }

    @Test(
        "a name with control characters, white space around it, nothing in it or too much in it is refused",
        arguments: ["", " a", "a\n", "a\u{0}b", String(repeating: "x", count: 129)])
    func badNames(text: String) {
        #expect(CourseRunID(text) == nil)
    }

    @Test func `a request that leaves out what has a standard value is read`() throws {
        let request = try JSONCoding.decoder().decode(ListAtRisk.Request.self, from: Data(#"{"courseRun":null}"#.utf8))
        #expect(request == ListAtRisk.Request())
    }

    @Test(arguments: [-0.1, 1.1, .nan, .infinity])
    func `a risk score outside 0 to 1 cannot exist`(value: Double) {
        #expect(RiskScore(rawValue: value) == nil)
    }

    @Test func `an error code has the status of the protocol's table`() {
        let table: [RPCError.Code: Int] = [
            .canceled: 499, .unknown: 500, .invalidArgument: 400, .deadlineExceeded: 504, .notFound: 404,
            .alreadyExists: 409, .permissionDenied: 403, .resourceExhausted: 429, .failedPrecondition: 400,
            .aborted: 409, .outOfRange: 400, .unimplemented: 501, .internal: 500, .unavailable: 503, .dataLoss: 500,
            .unauthenticated: 401,
        ]
        for code in RPCError.Code.allCases { #expect(code.httpStatus == table[code], "\(code)") }
    }

    @Test func `what is for the operator does not show in an error's description`() {
        let error = RPCError(.internal, "something failed", detail: "password=secret")
        #expect(!"\(error)".contains("secret"))
    }
}
