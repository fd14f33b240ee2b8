import Contracts
import Foundation
import Testing

@testable import Tracking

/// Time on task never credits idle or background time. Pure.
@Suite struct TimeOnTaskTests {
    private func moment(
        _ minute: Double, _ verb: Verb = .viewed, _ kind: ActivityKind = .content, lasting seconds: Double? = nil
    ) -> StudyMoment {
        StudyMoment(
            at: Date(timeIntervalSince1970: 1_700_000_000 + minute * 60), verb: verb, kind: kind,
            durationSeconds: seconds)
    }

    private func minutes(_ moments: [StudyMoment]) -> Double {
        Double(TimeOnTask.credits(TimeOnTask.joined(moments)).reduce(0) { $0 + $1.microseconds }) / 60_000_000
    }

    @Test func `the time between two events counts`() {
        #expect(minutes([moment(0), moment(4), moment(9)]) == 9)
        #expect(minutes([moment(0)]) == 0)
        #expect(minutes([]) == 0)
    }

    @Test(
        "what is done bounds how long it may take without a sign of life",
        arguments: [
            (ActivityKind.home, 2.0), (.navigation, 2), (.forum, 5), (.other, 5), (.content, 10), (.url, 10),
            (.video, 10), (.quiz, 15), (.assignment, 15), (.exam, 29), (.live, 29),
        ])
    func caps(kind: ActivityKind, expected: Double) {
        #expect(minutes([moment(0, .viewed, kind), moment(29)]) == expected)
    }

    @Test func `a video's own length bounds what is credited for it, whatever its kind allows`() {
        #expect(minutes([moment(0, .viewed, .video, lasting: 240), moment(9)]) == 4)
        #expect(minutes([moment(0, .viewed, .video, lasting: 1_500), moment(24)]) == 24)
        #expect(minutes([moment(0, .viewed, .video, lasting: 1_500), moment(26)]) == 25)
    }

    @Test func `a duration said at the end lies before the event and credits nothing after it but a look`() {
        #expect(minutes([moment(0, .submitted, .quiz, lasting: 1_200), moment(20)]) == 1)
        #expect(minutes([moment(0, .completed, .video, lasting: 1_200), moment(0.5)]) == 0.5)
    }

    @Test(
        "nothing counts after leaving or going to the background",
        arguments: [
            "left", "suspended", "http://adlnet.gov/expapi/verbs/suspended", "http://adlnet.gov/expapi/verbs/terminated",
            "https://w3id.org/xapi/video/verbs/paused", "http://purl.imsglobal.org/vocab/caliper#loggedOut", "hidden",
        ])
    func leaving(verb: String) {
        #expect(minutes([moment(0), moment(3, Verb(checked: verb), .live), moment(20), moment(21)]) == 4)
    }

    @Test func `a pause that ends a session credits nothing`() {
        #expect(minutes([moment(0, .viewed, .live), moment(30)]) == 30)
        #expect(minutes([moment(0, .viewed, .live), moment(30.1)]) == 0)
    }

    @Test func `of several events at one instant whoever left is gone, else the longer one holds`() {
        let both = [moment(0, .viewed, .home), moment(0, .viewed, .content), moment(8)]
        #expect(minutes(both) == 8)
        #expect(minutes(both.reversed()) == 8)
        #expect(minutes([moment(0, Verb(checked: "left")), moment(0, .viewed, .content), moment(8)]) == 0)
    }

    @Test func `never more than from the first event to the last, and more events never credit an idle stretch more`() {
        var generator = SplitMix(seed: 21)
        for _ in 0..<200 {
            let moments = (0..<30).map { _ in moment(Double(generator.next() % 240), .viewed, .exam) }
            let joined = TimeOnTask.joined(moments)
            let span = Double((joined.last?.at ?? 0) - (joined.first?.at ?? 0)) / 60_000_000
            #expect(minutes(moments) <= span)
            let without = minutes(moments)
            #expect(minutes(moments + [moment(Double(generator.next() % 240), Verb(checked: "left"))]) <= without + 30)
        }
    }

    @Test func `a late event changes what lies around it and nothing else`() {
        let known = [moment(0), moment(10), moment(20), moment(25)]
        let change = TimeOnTask.change(adding: [moment(14, Verb(checked: "suspended"))], to: known)
        #expect(Set(change.map(\.at)) == [moment(10).at])
        #expect(change.reduce(0) { $0 + $1.microseconds } == -6 * 60_000_000)
    }
}
