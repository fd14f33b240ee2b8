"""Where the invented events come from, what could not be taken in, and who is who; it can be changed. See mock_data."""
import json

import mock_data as data

SOURCES = [
    {"source": "moodle-main", "state": "speaking", "firstHeardAt": data.at(data.NOW - 80 * data.DAY), "lastEventAt": data.at(data.NOW - data.DAY / 100),
     "lastHeartbeatAt": data.at(data.NOW - data.DAY / 400), "heartbeatSeconds": 300, "events": 48210, "eventsLastDay": 1204, "weeksKnown": 6,
     "usualHours": [day * 24 + hour for day in range(5) for hour in range(8, 21)] + [5 * 24 + hour for hour in range(10, 16)],
     "gapExpectedAt": data.at(data.NOW + data.DAY / 100), "medianLagSeconds": 4.2, "isClockAhead": False},
    {"source": "quiz-tool", "state": "gap", "firstHeardAt": data.at(data.NOW - 60 * data.DAY), "lastEventAt": data.at(data.NOW - data.DAY / 2),
     "events": 9120, "eventsLastDay": 210, "weeksKnown": 6, "usualHours": [day * 24 + hour for day in range(7) for hour in range(9, 18)],
     "openGap": {"source": "quiz-tool", "silentSince": data.at(data.NOW - data.DAY / 2), "openedAt": data.at(data.NOW - data.DAY / 4),
                 "courseRuns": [data.RUN], "courseRunCount": 1},
     "medianLagSeconds": -42.0, "isClockAhead": True},
    {"source": "videos-of-the-faculty-of-applied-statistics-1795719030123456", "state": "learning", "firstHeardAt": data.at(data.NOW - 5 * data.DAY), "lastEventAt": data.at(data.NOW - data.DAY / 30),
     "events": 310, "eventsLastDay": 60, "weeksKnown": 0, "usualHours": [], "isClockAhead": False},
]


def gaps(source):
    past = {"source": "quiz-tool", "silentSince": data.at(data.NOW - 20 * data.DAY), "openedAt": data.at(data.NOW - 19.8 * data.DAY),
            "closedAt": data.at(data.NOW - 19 * data.DAY), "reason": "heard", "courseRuns": [data.RUN], "courseRunCount": 1}
    found = [source["openGap"] for source in SOURCES if "openGap" in source] + [past]
    return {"gaps": [gap for gap in found if source in (None, gap["source"])], "nextPageToken": ""}


def drift(source):
    words = [("verb", "https://example.org/verbs/watched-again", "viewed", 0.21), ("activityKind", "flashcards", "quiz", 0.08),
             ("field", "durationMs", None, 0.03)] if source == "moodle-main" else []
    return {"sampledEvents": 840, "words": [
        {"place": place, "word": word, "events": round(840 * share), "share": share, "example": "e-1", "firstSeenAt": data.at(data.NOW - 3 * data.DAY),
         "lastSeenAt": data.at(data.NOW), **({"suggestion": suggestion} if suggestion else {})} for place, word, suggestion, share in words]}


def quarantined(number, source, field, problem, reason, raw, **more):
    return {"id": number, "source": source, "eventID": f"x-{number}", "status": "quarantined", "reason": reason, "field": field, "problem": problem,
            "state": "waiting", "raw": json.dumps(raw), "receivedAt": data.at(data.NOW - number * data.DAY / 24), **more}


class Intake:
    """The quarantine and the identities of one run of the stand-in."""

    def __init__(self):
        when = "2026-11-23T09:00:00Z"
        self.events = {number: quarantined(
            number, "quiz-tool", "learner", "missing", "learner: expected a text of 1 to 256 characters, got nothing",
            {"id": f"x-{number}", "student": f"s{number}", "verb": "viewed", "occurredAt": when}) for number in range(1, 5)}
        self.events[5] = quarantined(
            5, "moodle-main", "occurredAt", "ahead", "occurredAt: expected a time at most 10 minutes ahead of 2026-11-23T10:00:00Z, got 2031-01-01T00:00:00Z",
            {"id": "x-5", "learner": "ada", "verb": "viewed", "occurredAt": "2031-01-01T00:00:00Z"})
        self.events[6] = quarantined(
            6, "moodle-main", "id", "conflict", "id: expected an id of its own, got one that another event holds",
            {"id": "x-6", "learner": "ada", "verb": "completed", "occurredAt": when}, status="conflict")
        self.audits = {}
        self.people = {}

    def matching(self, filters):
        return [event for _, event in sorted(self.events.items())
                if all(event[name] == filters[name] for name in ("source", "problem", "state", "field") if filters.get(name))]

    def summary(self, query):
        groups = {}
        for event in self.matching(query):
            key = tuple(event[name] for name in ("source", "status", "state", "field", "problem"))
            groups.setdefault(key, []).append(event)
        return {"groups": [
            dict(zip(("source", "status", "state", "field", "problem"), key)) | {
                "events": len(events), "oldestAt": events[-1]["receivedAt"], "newestAt": events[0]["receivedAt"],
                "exampleID": events[0]["id"], "exampleReason": events[0]["reason"]}
            for key, events in sorted(groups.items(), key=lambda item: -len(item[1]))]}

    def page(self, number):
        event = self.events.get(int(number))
        if event is None:
            return None
        answer = {"event": event, "differences": [], "audit": self.audits.get(event["id"], [])}
        if event["status"] == "conflict":
            answer["differences"] = [{"field": "verb", "sent": "completed", "stored": "viewed"}]
            answer["stored"] = {"source": event["source"], "eventID": event["eventID"], "verb": "viewed", "occurredAt": event["receivedAt"],
                                "receivedAt": event["receivedAt"]}
        return answer

    def mend(self, action, body):
        chosen = [self.events[number] for number in body["ids"]] if "ids" in body else self.matching({"state": "waiting"} | body["filter"])
        for event in chosen:
            self.audits.setdefault(event["id"], []).append(
                {"at": data.at(data.NOW), "actor": data.ident("key", 1), "action": action, "note": body.get("note", "")})
        if action == "discarded":
            for event in chosen:
                event["state"] = "discarded"
            return {"ids": [event["id"] for event in chosen], "nextPageToken": ""}
        return {"results": [getattr(self, action)(event, body) for event in chosen], "nextPageToken": ""}

    def corrected(self, event, body):
        mended = {name: value for name, value in (json.loads(event["raw"]) | body["patch"]).items() if value is not None}
        if event["field"] not in mended:
            return {"id": event["id"], "isCorrected": False, "reason": event["reason"]}
        event["corrected"] = json.dumps(mended)
        return {"id": event["id"], "isCorrected": True}

    def replayed(self, event, _):
        outcome = "accepted" if "corrected" in event else "quarantined"
        if outcome == "accepted":
            event.update(state="replayed", outcome=outcome)
        return {"id": event["id"], "receivedAt": event["receivedAt"], "receipt": {"id": event["eventID"], "status": outcome}}

    def identity(self, learner):
        person = data.BY_ID.get(learner)
        if person is None:
            return None
        return self.people.setdefault(learner, {"learner": learner, "role": "learner", "merged": [], "audit": [],
                                                "identities": [{"source": "moodle-main", "externalID": f"user-{person.number}"}]})

    def change_identity(self, learner, action, body):
        known = self.identity(learner)
        if action == "role":
            known["role"] = body["role"]
        if action == "merge":
            known["merged"].append({"learner": body["merged"], "mergedAt": data.at(data.NOW), "identities": self.identity(body["merged"])["identities"]})
        if action == "unmerge":
            for one in self.people.values():
                one["merged"] = [merged for merged in one["merged"] if merged["learner"] != learner]
        known["audit"].append({"at": data.at(data.NOW), "actor": data.ident("key", 1), "action": action, "note": json.dumps(body)})
        return known
