import Contracts
import Foundation

/// The rest of a list behind a `more` link: the question once more, and where the page ended. It needs nothing from the
/// server, so that it works for as long as the statements stand.
struct XAPIMore: Codable, Equatable {
    private var parameters: [String: String]
    /// Microseconds since 1970 of the last statement's `stored`.
    private var after: Int64

    /// What `after` can be: a time before the year 10000, which every part behind this can hold.
    private static let times: ClosedRange<Int64> = 0...253_402_300_799_999_999

    init(_ query: XAPIQuery, after: Date) {
        parameters = query.parameters
        self.after = Int64((after.timeIntervalSince1970 * 1_000_000).rounded())
    }

    /// The relative IRL.
    func link() throws -> String {
        let token = try JSONCoding.encoder().encode(self).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return "\(GetStatements.path)/more/\(token)"
    }

    /// The question that a link goes on with.
    static func query(_ token: String, version: XAPIVersion) throws(EventProblem) -> XAPIQuery {
        let padding = String(repeating: "=", count: (4 - token.utf8.count % 4) % 4)
        let base64 = token.replacing("-", with: "+").replacing("_", with: "/") + padding
        let problem = EventProblem("more", expected: "a link as an earlier answer held it", got: "another text")
        guard token.utf8.count <= TrackingLimits.xapiMoreLengthMax, let data = Data(base64Encoded: base64) else {
            throw problem
        }
        let more: XAPIMore
        do {
            more = try JSONCoding.decoder().decode(XAPIMore.self, from: data)
        } catch {
            throw problem
        }
        var query = try XAPIQuery(more.parameters, version: version)
        guard case .matching(var filter) = query.selection, times.contains(more.after) else { throw problem }
        filter.after = Date(timeIntervalSince1970: Double(more.after) / 1_000_000)
        query.selection = .matching(filter)
        return query
    }
}
