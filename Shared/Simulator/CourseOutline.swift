import Contracts

/// What a course is about: enough words for a plan that reads like one that somebody teaches.
public struct CourseOutline: Sendable {
    /// Short name in ids, e.g. `introduction-to-data-science`.
    public let slug: String
    public let title: String
    /// One topic a week; a course with more weeks begins them anew, as "part 2".
    let topics: [String]
    /// Assignments in order; used as many as fit.
    let assignments: [String]

    public static let catalogue = [
        introductionToDataScience, academicWriting, foundationsOfBiology, webProgramming,
    ]

    /// - Throws: ``CohortError/unknownCourse(_:)``
    public static func named(_ slug: String) throws -> CourseOutline {
        guard let outline = catalogue.first(where: { $0.slug == slug }) else {
            throw CohortError.unknownCourse(slug)
        }
        return outline
    }

    public static let introductionToDataScience = CourseOutline(
        slug: "introduction-to-data-science", title: "Introduction to Data Science",
        topics: [
            "Asking questions of data", "Tables and types", "Cleaning data", "Pictures of data",
            "Probability", "Sampling and surveys", "Comparing groups", "Correlation and cause",
            "Straight lines", "Classification", "Judging a model", "Telling the story",
        ],
        assignments: [
            "Cleaning a data set", "A chart and its critic", "A survey of our class",
            "Predicting house prices",
            "The data story",
        ])

    public static let academicWriting = CourseOutline(
        slug: "academic-writing", title: "Academic Writing",
        topics: [
            "Reading with a pencil", "From topic to question", "Finding sources", "Judging sources",
            "Paragraphs that carry", "Arguing fairly", "Quoting and citing", "Drafts", "Peer review",
            "Revising", "Style and rhythm", "Speaking about it",
        ],
        assignments: [
            "An annotated page", "A research question", "A literature note", "A first draft", "The essay",
        ])

    public static let foundationsOfBiology = CourseOutline(
        slug: "foundations-of-biology", title: "Foundations of Biology",
        topics: [
            "What is alive", "The chemistry of life", "Cells", "Membranes", "Energy", "Cell division",
            "Inheritance", "DNA", "From gene to protein", "Evolution", "Ecosystems",
            "Humans and the biosphere",
        ],
        assignments: [
            "Microscope report", "An enzyme experiment", "A family tree", "Reading a paper", "A field study",
        ])

    public static let webProgramming = CourseOutline(
        slug: "web-programming", title: "Web Programming",
        topics: [
            "How the web works", "Structure with HTML", "Style with CSS", "First JavaScript",
            "Events and forms",
            "Talking to a server", "State", "Components", "Testing", "Accessibility", "Performance",
            "Shipping it",
        ],
        assignments: [
            "A page about a place", "A responsive menu", "A form that helps", "A small application",
            "The portfolio",
        ])
}
