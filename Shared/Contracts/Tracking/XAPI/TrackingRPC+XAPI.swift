import Foundation

extension TrackingRPC {
    public static let recordStatements = RPCMethod<RecordStatements.Request, RecordStatements.Response>(
        path: "/\(service)/RecordStatements", isIdempotent: false)
    public static let getStatements = RPCMethod<GetStatements.Request, GetStatements.Response>(
        path: "/\(service)/GetStatements", isIdempotent: true)
    public static let getConsistentThrough = RPCMethod<Empty, GetConsistentThrough.Response>(
        path: "/\(service)/GetConsistentThrough", isIdempotent: true)
    public static let getActivity = RPCMethod<GetActivity.Request, GetActivity.Response>(
        path: "/\(service)/GetActivity", isIdempotent: true)
    public static let getPerson = RPCMethod<GetPerson.Request, GetPerson.Response>(
        path: "/\(service)/GetPerson", isIdempotent: true)
    public static let setDocument = RPCMethod<SetDocument.Request, Empty>(
        path: "/\(service)/SetDocument", isIdempotent: false)
    public static let getDocument = RPCMethod<GetDocument.Request, GetDocument.Response>(
        path: "/\(service)/GetDocument", isIdempotent: true)
    public static let deleteDocuments = RPCMethod<DeleteDocuments.Request, Empty>(
        path: "/\(service)/DeleteDocuments", isIdempotent: false)
}
