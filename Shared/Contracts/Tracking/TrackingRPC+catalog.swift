import Foundation

/// Courses, runs, activities and enrollments.
extension TrackingRPC {
    public static let setEnrollments = RPCMethod<SetEnrollments.Request, RecordEvents.Response>(
        path: "/\(service)/SetEnrollments", isIdempotent: true)
    public static let setCourse = RPCMethod<SetCourse.Request, DeclaredRevision>(
        path: "/\(service)/SetCourse", isIdempotent: true)
    public static let getCourse = RPCMethod<GetCourse.Request, KnownCourse>(
        path: "/\(service)/GetCourse", isIdempotent: true)
    public static let listCourses = RPCMethod<ListCourses.Request, ListCourses.Response>(
        path: "/\(service)/ListCourses", isIdempotent: true)
    public static let setCourseRun = RPCMethod<SetCourseRun.Request, DeclaredRevision>(
        path: "/\(service)/SetCourseRun", isIdempotent: true)
    public static let getCourseRun = RPCMethod<GetCourseRun.Request, KnownCourseRun>(
        path: "/\(service)/GetCourseRun", isIdempotent: true)
    public static let listCourseRuns = RPCMethod<ListCourseRuns.Request, ListCourseRuns.Response>(
        path: "/\(service)/ListCourseRuns", isIdempotent: true)
    public static let setCourseCalendar = RPCMethod<SetCourseCalendar.Request, DeclaredRevision>(
        path: "/\(service)/SetCourseCalendar", isIdempotent: true)
    public static let setActivities = RPCMethod<SetActivities.Request, SetActivities.Response>(
        path: "/\(service)/SetActivities", isIdempotent: true)
    public static let listActivities = RPCMethod<ListActivities.Request, ListActivities.Response>(
        path: "/\(service)/ListActivities", isIdempotent: true)
}

/// Files.
extension TrackingRPC {
    public static let importRows = RPCMethod<ImportRows.Request, ImportRows.Response>(
        path: "/\(service)/ImportRows", isIdempotent: true)
}
