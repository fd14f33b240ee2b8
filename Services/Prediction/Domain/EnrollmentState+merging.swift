import Foundation

extension EnrollmentState {
    /// This state and what another learner did who is the same person: the days and the work of both. Whether the
    /// person is enrolled, this state alone says.
    public func joined(with other: EnrollmentState) -> EnrollmentState {
        var joined = self
        if let theirs = other.enrolledAt, let mine = enrolledAt { joined.enrolledAt = min(mine, theirs) }
        for day in other.days {
            for kind in StudyKind.allCases where day[kind] > 0 { joined.add(day[kind], of: kind, on: day.day) }
        }
        for result in other.results { joined.take(result) }
        return joined
    }

    /// The first submission, the first result carried over, the newest mark.
    private mutating func take(_ other: AssessmentResult) {
        guard let index = results.firstIndex(where: { $0.key >= other.key }), results[index].key == other.key else {
            let place = results.firstIndex { $0.key > other.key } ?? results.count
            results.insert(other, at: place)
            return
        }
        let mine = results[index]
        results[index].submittedOn = [mine.submittedOn, other.submittedOn].compactMap(\.self).min()
        results[index].bankedOn = [mine.bankedOn, other.bankedOn].compactMap(\.self).min()
        guard let markedOn = other.markedOn, let mark = other.mark else { return }
        if let known = mine.markedOn, let knownMark = mine.mark, (known, knownMark) >= (markedOn, mark) { return }
        results[index].markedOn = markedOn
        results[index].mark = mark
    }
}
