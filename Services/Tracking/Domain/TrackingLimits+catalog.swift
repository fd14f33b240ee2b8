/// Bounds of the catalogue of courses.
extension TrackingLimits {
    /// Planned assessments of one course run.
    public static let assessmentsMax = 500
    /// Parts of one course run: a part a day of more than half a year.
    public static let modulesMax = 200
    /// Planned activities of one course run: the runs of the open course data have 290 on average.
    public static let activitiesMax = 2_000
    /// Activities that come before one activity; more would be a module of their own.
    public static let prerequisitesMax = 100
    /// Skills of one activity.
    public static let skillsPerActivityMax = 100
    /// Skills of one course.
    public static let skillsMax = 500
    /// Holidays and reading weeks of one course run.
    public static let breaksMax = 100
    /// Minutes that one activity may take: a whole working month.
    public static let activityMinutesMax: Double = 10_000
    /// The definition of one run as JSON, in bytes: it travels as one fact through Redis to everybody who hears it.
    public static let courseRunBytesMax = 2_097_152
    /// Activities of a circle of prerequisites that its refusal names.
    public static let circleStepsShown = 8
    /// Bytes of a request with rows: the gateway's 1 MiB, each byte of which may be escaped in JSON.
    public static let importBytesMax = 4_194_304
    /// Characters of a title.
    public static let titleLengthMax = 200
    /// Counters that an activity or run has in the read model. Eight, because four partitions are projected at once
    /// and would otherwise wait for each other at the activities that everybody uses.
    public static let sightingLanes = 8
}
