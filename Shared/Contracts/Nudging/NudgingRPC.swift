import Foundation

/// What Nudging answers.
public enum NudgingRPC {
    public static let service = "holdfast.nudging.v1.NudgingService"
    public static let log = LogRPC(service: service)

    public static let listNudges = RPCMethod<ListNudges.Request, ListNudges.Response>(
        path: "/\(service)/ListNudges", isIdempotent: true)
    public static let getLatestNudges = RPCMethod<GetLatestNudges.Request, GetLatestNudges.Response>(
        path: "/\(service)/GetLatestNudges", isIdempotent: true)
    public static let listDecisions = RPCMethod<ListDecisions.Request, ListDecisions.Response>(
        path: "/\(service)/ListDecisions", isIdempotent: true)
    public static let getNudgingOverview = RPCMethod<GetNudgingOverview.Request, GetNudgingOverview.Response>(
        path: "/\(service)/GetNudgingOverview", isIdempotent: true)
    public static let listPolicies = RPCMethod<Empty, ListPolicies.Response>(
        path: "/\(service)/ListPolicies", isIdempotent: true)
    public static let setPolicy = RPCMethod<SetPolicy.Request, Empty>(
        path: "/\(service)/SetPolicy", isIdempotent: true)
}
