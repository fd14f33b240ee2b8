import Foundation

/// What Tracking answers.
public enum TrackingRPC {
    public static let service = "holdfast.tracking.v1.TrackingService"
    public static let log = LogRPC(service: service)

    public static let recordEvents = RPCMethod<RecordEvents.Request, RecordEvents.Response>(
        path: "/\(service)/RecordEvents", isIdempotent: true)
    public static let recordEventBatches = RPCMethod<RecordEventBatches.Request, RecordEventBatches.Response>(
        path: "/\(service)/RecordEventBatches", isIdempotent: true)
    public static let recordForeignEvents = RPCMethod<RecordForeignEvents.Request, RecordForeignEvents.Response>(
        path: "/\(service)/RecordForeignEvents", isIdempotent: true)
    public static let getRawEvent = RPCMethod<GetRawEvent.Request, GetRawEvent.Response>(
        path: "/\(service)/GetRawEvent", isIdempotent: true)
    public static let resolveLearners = RPCMethod<ResolveLearners.Request, ResolveLearners.Response>(
        path: "/\(service)/ResolveLearners", isIdempotent: true)
    public static let getTimeline = RPCMethod<GetTimeline.Request, GetTimeline.Response>(
        path: "/\(service)/GetTimeline", isIdempotent: true)
    public static let getLearner = RPCMethod<GetLearner.Request, GetLearner.Response>(
        path: "/\(service)/GetLearner", isIdempotent: true)
    public static let listEnrollments = RPCMethod<ListEnrollments.Request, ListEnrollments.Response>(
        path: "/\(service)/ListEnrollments", isIdempotent: true)
    public static let getTrackingOverview = RPCMethod<GetTrackingOverview.Request, GetTrackingOverview.Response>(
        path: "/\(service)/GetTrackingOverview", isIdempotent: true)
    public static let listQuarantine = RPCMethod<ListQuarantine.Request, ListQuarantine.Response>(
        path: "/\(service)/ListQuarantine", isIdempotent: true)
    public static let listSources = RPCMethod<ListSources.Request, ListSources.Response>(
        path: "/\(service)/ListSources", isIdempotent: true)
    public static let listDataGaps = RPCMethod<ListDataGaps.Request, ListDataGaps.Response>(
        path: "/\(service)/ListDataGaps", isIdempotent: true)
    public static let recordHeartbeat = RPCMethod<RecordHeartbeat.Request, RecordHeartbeat.Response>(
        path: "/\(service)/RecordHeartbeat", isIdempotent: true)
    public static let summarizeQuarantine = RPCMethod<SummarizeQuarantine.Request, SummarizeQuarantine.Response>(
        path: "/\(service)/SummarizeQuarantine", isIdempotent: true)
    public static let getQuarantinedEvent = RPCMethod<GetQuarantinedEvent.Request, GetQuarantinedEvent.Response>(
        path: "/\(service)/GetQuarantinedEvent", isIdempotent: true)
    public static let correctQuarantine = RPCMethod<CorrectQuarantine.Request, CorrectQuarantine.Response>(
        path: "/\(service)/CorrectQuarantine", isIdempotent: true)
    public static let replayQuarantine = RPCMethod<ReplayQuarantine.Request, ReplayQuarantine.Response>(
        path: "/\(service)/ReplayQuarantine", isIdempotent: true)
    public static let discardQuarantine = RPCMethod<DiscardQuarantine.Request, DiscardQuarantine.Response>(
        path: "/\(service)/DiscardQuarantine", isIdempotent: true)
    public static let getIdentity = RPCMethod<GetIdentity.Request, GetIdentity.Response>(
        path: "/\(service)/GetIdentity", isIdempotent: true)
    public static let mergeLearners = RPCMethod<MergeLearners.Request, GetIdentity.Response>(
        path: "/\(service)/MergeLearners", isIdempotent: false)
    public static let unmergeLearners = RPCMethod<UnmergeLearners.Request, GetIdentity.Response>(
        path: "/\(service)/UnmergeLearners", isIdempotent: false)
    public static let setLearnerRole = RPCMethod<SetLearnerRole.Request, GetIdentity.Response>(
        path: "/\(service)/SetLearnerRole", isIdempotent: true)
    public static let listRoleRules = RPCMethod<ListRoleRules.Request, ListRoleRules.Response>(
        path: "/\(service)/ListRoleRules", isIdempotent: true)
    public static let setRoleRules = RPCMethod<SetRoleRules.Request, Empty>(
        path: "/\(service)/SetRoleRules", isIdempotent: true)
    public static let getDrift = RPCMethod<GetDrift.Request, GetDrift.Response>(
        path: "/\(service)/GetDrift", isIdempotent: true)
}
