import PostgreSQL

/// Everything that reads and writes the catalogue of courses, on one database.
struct CatalogStores: Sendable {
    let courseRuns: CourseRunStore
    let courseRunReads: CourseRunReads
    let activities: ActivityReads
    let courses: CourseStore
    let courseReads: DeclaredCourseReads

    init(database: Database) {
        courseRuns = CourseRunStore(database: database)
        courseRunReads = CourseRunReads(database: database)
        activities = ActivityReads(database: database)
        courses = CourseStore(database: database)
        courseReads = DeclaredCourseReads(database: database)
    }
}
