import Contracts
import Foundation
import Testing

@testable import Tracking

/// The answer written by hand says what the encoder would have said.
@Suite struct ReceiptsBodyTests {
    @Test func `receipts read back as what the encoder would have written`() throws {
        let response = RecordEvents.Response(receipts: [
            IngestReceipt(id: "a-1", status: .accepted), IngestReceipt(status: .quarantined, reason: "no \"id\"\n"),
            IngestReceipt(id: "ünï/\\", status: .conflict, reason: "another verb"),
            IngestReceipt(id: "b", status: .duplicate),
        ])
        let body = ReceiptsBody.json(response).data
        #expect(try JSONCoding.decoder().decode(RecordEvents.Response.self, from: body) == response)
    }

    @Test func `plain receipts are the very bytes of the encoder`() throws {
        let response = RecordEvents.Response(receipts: [
            IngestReceipt(id: "a-1", status: .accepted), IngestReceipt(id: "ünï/2", status: .duplicate),
            IngestReceipt(status: .quarantined, reason: "id: expected a text, got nothing"),
        ])
        #expect(ReceiptsBody.json(response).data == (try JSONCoding.encoder().encode(response)))
    }

    @Test func `an answer without receipts is one as well`() throws {
        let response = RecordEvents.Response(receipts: [])
        #expect(ReceiptsBody.json(response).data == (try JSONCoding.encoder().encode(response)))
    }
}
