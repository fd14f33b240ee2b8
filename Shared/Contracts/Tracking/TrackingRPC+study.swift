/// When learners are expected to study, and how they do.
extension TrackingRPC {
    public static let setStudySettings = RPCMethod<SetStudySettings.Request, Empty>(
        path: "/\(service)/SetStudySettings", isIdempotent: true)
    public static let setPause = RPCMethod<SetPause.Request, Empty>(path: "/\(service)/SetPause", isIdempotent: true)
    public static let getStudyPlan = RPCMethod<GetStudyPlan.Request, GetStudyPlan.Response>(
        path: "/\(service)/GetStudyPlan", isIdempotent: true)
    public static let setHolidays = RPCMethod<Holidays.List, Empty>(
        path: "/\(service)/SetHolidays", isIdempotent: true)
    public static let listHolidays = RPCMethod<Empty, Holidays.List>(
        path: "/\(service)/ListHolidays", isIdempotent: true)
    public static let getSessions = RPCMethod<GetSessions.Request, GetSessions.Response>(
        path: "/\(service)/GetSessions", isIdempotent: true)
    public static let getStreak = RPCMethod<GetStreak.Request, GetStreak.Response>(
        path: "/\(service)/GetStreak", isIdempotent: true)
    public static let getHeatmap = RPCMethod<GetHeatmap.Request, GetHeatmap.Response>(
        path: "/\(service)/GetHeatmap", isIdempotent: true)
    public static let getCourseRunOverview = RPCMethod<GetCourseRunOverview.Request, GetCourseRunOverview.Response>(
        path: "/\(service)/GetCourseRunOverview", isIdempotent: true)
}
