import Foundation

extension TrackingLimits {
    // MARK: xAPI

    /// Containers inside containers in a request of xAPI: a sub-statement with extensions needs about ten.
    public static let xapiDepthMax = 64
    /// Bytes of an RPC with statements and attachments: the gateway's 4 MiB of body, a third more for files in base 64,
    /// twice as many for quotation marks that are escaped, and then some.
    public static let xapiRequestBytesMax = 12 << 20
    /// Statements of one request; as many as one commit takes in while callers hardly wait.
    public static let xapiStatementsPerRequestMax = 1_000
    /// Statements of one answer, and what `limit=0` means.
    public static let xapiStatementsPerAnswerMax = 500
    /// Bytes of statements after which an answer ends early with a `more` link; well below what an RPC may answer with.
    public static let xapiAnswerBytesMax = 4 << 20
    /// Bytes of attachments after which an answer ends early with a `more` link.
    public static let xapiAnswerAttachmentBytesMax = 8 << 20
    /// References from statement to statement that filters follow. Each copies what its target answers to, so a chain
    /// without an end would cost more with every link; no platform is known to write one longer than three.
    public static let xapiReferencesFollowedMax = 32
    /// Newest statements of an Agent whose names for it make up its Person.
    public static let xapiPersonStatementsMax = 100
    /// Characters of a `more` link's own part; the longest parameters that fit into a request head are shorter.
    public static let xapiMoreLengthMax = 16_384
    /// Bytes of the id of a document; it is part of a key, which an index must hold whole.
    public static let xapiDocumentIDBytesMax = 1_024
}
