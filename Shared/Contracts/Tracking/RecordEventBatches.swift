import Foundation

/// Several ``RecordEvents`` calls in one, so that a thousand senders with one event each cost a few calls between the
/// services. Each is answered as if it had come alone.
public enum RecordEventBatches {
    /// Bytes of the whole request, at most. A body is written into it as a text, which can double its length.
    public static let requestBytesMax = 2 << 20

    public struct Request: Codable, Sendable, Equatable {
        public var batches: [Batch]

        public init(batches: [Batch]) { self.batches = batches }
    }

    public struct Batch: Codable, Sendable, Equatable {
        /// The body of a ``RecordEvents`` request as it came, readable or not.
        public var body: String
        /// The W3C trace context of the call that brought it.
        public var traceparent: String?

        public init(body: String, traceparent: String? = nil) {
            self.body = body
            self.traceparent = traceparent
        }
    }

    public struct Response: Codable, Sendable, Equatable {
        /// One a batch, in their order.
        public var answers: [Answer]

        public init(answers: [Answer]) { self.answers = answers }
    }

    /// Either the body of a ``RecordEvents`` response, or why there is none.
    public struct Answer: Codable, Sendable, Equatable {
        public var body: String?
        public var code: RPCError.Code?
        public var message: String?
        public var retryAfterSeconds: Double?

        public init(_ result: Result<String, RPCError>) {
            switch result {
            case .success(let body): self.body = body
            case .failure(let error):
                code = error.code
                message = error.message
                retryAfterSeconds = error.retryAfter.map { $0 / .seconds(1) }
            }
        }

        public var result: Result<String, RPCError> {
            if let body { return .success(body) }
            return .failure(
                RPCError(
                    code ?? .internal, message ?? "the service gave no answer",
                    retryAfter: retryAfterSeconds.map { .seconds($0) }))
        }
    }
}
