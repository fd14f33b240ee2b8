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
}
