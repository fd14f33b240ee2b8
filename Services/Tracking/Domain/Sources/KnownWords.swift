import Contracts

/// The words that Holdfast gives a meaning to, and which of them another word most likely stands for.
enum KnownWords {
    static func words(_ place: DriftPlace) -> [String] {
        switch place {
        case .verb: Verb.known.map(\.rawValue)
        case .activityKind: ActivityKind.allCases.map(\.rawValue)
        case .field:
            ["id", "source", "learner", "courseRun", "verb", "activity", "result", "occurredAt", "context"]
        }
    }

    /// A known word for an unknown one: by what platforms usually call it, or by spelling.
    ///
    /// Of an IRI the last part is looked at, for `http://adlnet.gov/expapi/verbs/experienced` says `experienced`.
    static func suggestion(for word: String, in place: DriftPlace) -> String? {
        let plain = plain(word)
        guard !plain.isEmpty else { return nil }
        let known = words(place)
        if let same = known.first(where: { Self.plain($0) == plain }) { return same }
        if let usual = synonyms(place)[plain] { return usual }
        // One slip in four letters is a slip; more is another word.
        let near = known.map { (word: $0, distance: distance(plain, Self.plain($0))) }
            .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        guard let near, near.distance <= max(1, plain.count / 4) else { return nil }
        return near.word
    }

    private static func synonyms(_ place: DriftPlace) -> [String: String] {
        switch place {
        case .verb:
            [
                "experienced": "viewed", "read": "viewed", "opened": "viewed", "watched": "viewed", "played": "viewed",
                "attempted": "launched", "initialized": "launched", "started": "launched", "clicked": "interacted",
                "answered": "interacted", "responded": "posted", "commented": "posted", "replied": "posted",
                "handedin": "submitted", "turnedin": "submitted", "graded": "marked", "scored": "marked",
                "finished": "completed", "signedin": "loggedIn", "registered": "enrolled", "joined": "enrolled",
                "dropped": "unenrolled", "withdrew": "unenrolled", "left": "unenrolled",
            ]
        case .activityKind:
            [
                "page": "content", "lesson": "content", "resource": "content", "book": "content", "article": "content",
                "discussion": "forum", "thread": "forum", "chat": "forum", "test": "quiz", "assessment": "quiz",
                "essay": "assignment", "homework": "assignment", "meeting": "live", "webinar": "live", "link": "url",
            ]
        case .field:
            [
                "user": "learner", "userid": "learner", "student": "learner", "studentid": "learner",
                "actor": "learner",
                "learnerid": "learner", "timestamp": "occurredAt", "time": "occurredAt", "eventtime": "occurredAt",
                "date": "occurredAt", "course": "courseRun", "courseid": "courseRun", "type": "verb", "action": "verb",
                "event": "verb", "object": "activity", "item": "activity", "uuid": "id", "eventid": "id",
                "messageid": "id", "score": "result", "properties": "context", "extensions": "context",
            ]
        }
    }

    private static func plain(_ word: String) -> String {
        let last = word.split { $0 == "/" || $0 == "#" }.last.map(String.init) ?? word
        return last.lowercased().filter(\.isLetter)
    }

    /// Levenshtein: letters to be added, taken away or changed.
    private static func distance(_ one: String, _ other: String) -> Int {
        let (one, other) = (Array(one), Array(other))
        var row = Array(0...other.count)
        for (i, left) in one.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, right) in other.enumerated() {
                let changed = diagonal + (left == right ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[other.count]
    }
}
