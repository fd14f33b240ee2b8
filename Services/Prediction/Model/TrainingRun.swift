import Contracts
import Foundation

/// One course run of the training data: its plan and what its learners did, as the facts that Tracking would
/// have said.
///
/// Days of the data are relative to the first day of the run; the facts carry the nominal calendar dates.
public struct TrainingRun: Sendable {
    public let definition: CourseRunDefinition
    public let plan: CoursePlan
    /// The last day, relative to the start, up to which events are known.
    public let lastKnownDay: Int
    /// Days from the first to the last.
    public let lengthDays: Int
    /// By day, oldest first.
    let facts: [DatedFact]
    /// Names of the learners in the data, by number.
    public let learners: [String]

    /// One fact of one learner on one day.
    struct DatedFact: Sendable {
        let day: Int
        let learner: Int
        let fact: StudyFact
    }

    /// What each learner did, by number, oldest first; that somebody left is `unenrolled`.
    public var events: [[LearningEventRecorded]] {
        var events = [[LearningEventRecorded]](repeating: [], count: learners.count)
        for dated in facts {
            switch dated.fact {
            case .event(let event): events[dated.learner].append(event)
            case .enrollment(let change) where change.status == .withdrawn:
                events[dated.learner].append(
                    LearningEventRecorded(
                        source: .api, eventID: EventID(checked: "left"), learner: change.learner,
                        courseRun: change.courseRun, verb: .unenrolled, occurredAt: change.changedAt,
                        receivedAt: change.changedAt))
            case .enrollment: continue
            }
        }
        return events
    }

    enum StudyFact: Sendable {
        case event(LearningEventRecorded)
        case enrollment(EnrollmentChanged)
    }
}

/// A folder with `runs.csv`, `assessments.csv` and `events_clicks.csv(.gz)`.
///
/// The table of learners, which holds protected attributes, is never opened.
public struct TrainingData: Sendable {
    /// By name of the run.
    public let runs: [String: TrainingRun]

    /// Reads the runs of `names`, or all that have clicks when `names` is empty.
    ///
    /// - Throws: ``TrainingDataError`` when a file or a run is missing or cannot be read.
    public init(folder: URL, runs names: [String] = []) throws {
        var definitions = try Self.definitions(folder)
        if !names.isEmpty { definitions = definitions.filter { names.contains($0.key) } }
        for name in names where definitions[name] == nil {
            throw TrainingDataError("runs.csv has no run \(name) with clicks")
        }
        var builders = definitions.mapValues(Builder.init)
        try Self.file("events_clicks.csv", in: folder).forEachRow(
            ["run", "day", "learner", "verb", "kind", "obj", "n"], whereFirst: Set(definitions.keys)
        ) { fields in
            try builders[String(fields[0])]?.add(fields)
        }
        runs = builders.mapValues { $0.run() }
    }

    struct Header {
        var definition: CourseRunDefinition
        let lastKnownDay: Int
        let lengthDays: Int
    }

    static func file(_ name: String, in folder: URL) -> CSVFile {
        let packed = folder.appendingPathComponent(name + ".gz")
        let isPacked = FileManager.default.fileExists(atPath: packed.path)
        return CSVFile(url: isPacked ? packed : folder.appendingPathComponent(name))
    }

    private static func definitions(_ folder: URL) throws -> [String: Header] {
        var headers: [String: Header] = [:]
        let columns = ["run", "nominal_start", "length_days", "last_event_day", "track"]
        try file("runs.csv", in: folder).forEachRow(columns) { fields in
            guard fields[4] == "clicks" else { return }
            guard let id = CourseRunID(String(fields[0])), let length = Int(fields[2]),
                let last = Int(fields[3]),
                let start = RFC3339.date(from: "\(fields[1])T00:00:00Z")
            else { throw TrainingDataError("runs.csv: cannot read the row of \(fields[0])") }
            let definition = CourseRunDefinition(
                id: id, title: id.rawValue, startsAt: start,
                endsAt: start.addingTimeInterval(Double(length) * EpochDay.seconds))
            headers[id.rawValue] = Header(definition: definition, lastKnownDay: last, lengthDays: length)
        }
        try file("assessments.csv", in: folder).forEachRow(["run", "assessment", "kind", "due_day", "weight"])
        {
            fields in
            guard let start = headers[String(fields[0])]?.definition.startsAt else { return }
            guard let id = ActivityID(String(fields[1])), let due = Int(fields[3]),
                let weight = Double(fields[4])
            else { throw TrainingDataError("assessments.csv: cannot read the row of \(fields[1])") }
            headers[String(fields[0])]?.definition.assessments.append(
                PlannedAssessment(
                    id: id, title: id.rawValue,
                    dueAt: start.addingTimeInterval((Double(due) + 0.9) * EpochDay.seconds),
                    weight: weight, kind: fields[2] == "CMA" ? .quiz : .assignment))
        }
        return headers
    }

    /// Gathers the facts of one run.
    struct Builder {
        let header: Header
        var facts: [TrainingRun.DatedFact] = []
        var learners: [String] = []
        var numbers: [Substring: Int] = [:]
        var withdrawn: Set<Int> = []

        init(_ header: Header) { self.header = header }

        mutating func add(_ fields: [Substring]) throws {
            guard let day = Int(fields[1]), let count = Double(fields[6]) else {
                throw TrainingDataError("events_clicks.csv: cannot read \(fields.joined(separator: ","))")
            }
            let number = number(of: fields[2])
            let moment = header.definition.startsAt.addingTimeInterval((Double(day) + 0.5) * EpochDay.seconds)
            let learner = LearnerID(rawValue: UUID(numbered: number))
            let run = header.definition.id
            if fields[3] == "enrol" || fields[3] == "unenrol" {
                // A few withdrew, by their dates, before they enrolled; the data set counts them as gone,
                // and so do we.
                if fields[3] == "unenrol" {
                    withdrawn.insert(number)
                } else if withdrawn.contains(number) {
                    return
                }
                let change = EnrollmentChanged(
                    learner: learner, courseRun: run, status: fields[3] == "enrol" ? .enrolled : .withdrawn,
                    changedAt: moment)
                facts.append(.init(day: day, learner: number, fact: .enrollment(change)))
                return
            }
            guard let activity = ActivityID(String(fields[5])), let event = EventID("\(facts.count)") else {
                throw TrainingDataError("events_clicks.csv: an event has no object")
            }
            var recorded = LearningEventRecorded(
                source: .api, eventID: event, learner: learner, courseRun: run, verb: .viewed,
                activity: ActivityReference(id: activity, kind: Self.kind(fields[4])), occurredAt: moment,
                receivedAt: moment)
            switch fields[3] {
            case "view": recorded.result = EventResult(count: Int(count))
            case "submit": recorded.verb = .submitted
            case "banked": recorded.verb = .banked
            case "mark":
                recorded.verb = .marked
                recorded.result = EventResult(score: count / 100)
            default: throw TrainingDataError("events_clicks.csv: unknown verb \(fields[3])")
            }
            facts.append(.init(day: day, learner: number, fact: .event(recorded)))
        }

        func run() -> TrainingRun {
            TrainingRun(
                definition: header.definition, plan: CoursePlan(header.definition),
                lastKnownDay: header.lastKnownDay, lengthDays: header.lengthDays,
                // The file is sorted by day, which a stable order keeps; a sort by day alone would not be
                // stable.
                facts: facts.enumerated().sorted { ($0.element.day, $0.offset) < ($1.element.day, $1.offset) }
                    .map(\.element),
                learners: learners)
        }

        private mutating func number(of learner: Substring) -> Int {
            if let known = numbers[learner] { return known }
            numbers[learner] = learners.count
            learners.append(String(learner))
            return learners.count - 1
        }

        /// The data set's words for kinds of pages, in Holdfast's.
        private static func kind(_ word: Substring) -> ActivityKind {
            switch word {
            case "oucontent", "resource", "glossary", "dataplus", "folder", "dualpane", "repeatactivity":
                .content
            case "subpage", "sharedsubpage", "page", "htmlactivity": .navigation
            case "homepage": .home
            case "url": .url
            case "forumng", "ouwiki": .forum
            case "oucollaborate", "ouelluminate": .live
            case "quiz", "externalquiz", "questionnaire", "CMA": .quiz
            case "TMA": .assignment
            default: .other
            }
        }
    }
}

extension UUID {
    /// A UUID for a learner of a file, who has a number and no more.
    init(numbered number: Int) {
        var bytes = [UInt8](repeating: 0, count: 16)
        for index in 0..<8 { bytes[15 - index] = UInt8(truncatingIfNeeded: number >> (8 * index)) }
        self = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}
