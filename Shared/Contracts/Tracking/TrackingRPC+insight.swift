import Foundation

/// What Tracking makes of what learners did.
extension TrackingRPC {
    public static let getProgress = RPCMethod<GetProgress.Request, GetProgress.Response>(
        path: "/\(service)/GetProgress", isIdempotent: true)
    public static let listProgress = RPCMethod<ListProgress.Request, ListProgress.Response>(
        path: "/\(service)/ListProgress", isIdempotent: true)
    public static let getCourseProgress = RPCMethod<GetCourseProgress.Request, GetCourseProgress.Response>(
        path: "/\(service)/GetCourseProgress", isIdempotent: true)
    public static let getPatterns = RPCMethod<GetPatterns.Request, GetPatterns.Response>(
        path: "/\(service)/GetPatterns", isIdempotent: true)
    public static let listAnomalies = RPCMethod<ListAnomalies.Request, ListAnomalies.Response>(
        path: "/\(service)/ListAnomalies", isIdempotent: true)
}
