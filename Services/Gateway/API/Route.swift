import Contracts
import HTTPServer

/// One door of the public API, declared once: the router, the check of scopes and the OpenAPI document read it.
struct Route: Sendable {
    /// A parameter of the query, for the document.
    struct Parameter: Sendable {
        let name: String
        let words: String
    }

    /// What a door is that pages of other origins may send to.
    struct ForPages: Sendable {
        /// The field of the body that holds the key where no header does: a beacon has no headers.
        let keyInBody: PresentedKey.BodyField
    }

    let method: HTTPVerb
    /// With parameters in braces: `/v1/learners/{id}`.
    let path: String
    let scope: Scope
    let summary: String
    var query: [Parameter] = []
    /// Names of the schemas of body and answer in the OpenAPI document; nil where there is none.
    var requestSchema: String?
    var responseSchema: String?
    var successStatus = 200
    /// Nil where only those with a header may ask.
    var forPages: ForPages?
    let handle: @Sendable (APIRequest) async throws -> HTTPServerResponse

    /// `pageSize` and `pageToken`, as ``APIRequest/page()`` reads them.
    static let paging = paging()

    /// - Parameters:
    ///   - standard: Rows of a page when none are asked for.
    ///   - most: Rows that may be asked for.
    static func paging(_ standard: Int = PageRequest.sizeStandard, most: Int = PageRequest.sizeMax) -> [Parameter] {
        [
            Parameter(name: "pageSize", words: "Rows wanted, 1 to \(most); \(standard) when absent."),
            Parameter(name: "pageToken", words: "The nextPageToken of the page before."),
        ]
    }
}
