"""Invented learners of an invented course, in the exact shapes of the public API; the same on every run."""
import datetime
import math
import random
import uuid

NOW = datetime.datetime(2026, 11, 23, 15, 4, 30, tzinfo=datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
RUN = "data-practice-2026"
OTHER_RUN = "statistics-2026"
MODEL = "oulad-t2-2026-11-23"
FLOORS = [("critical", 0.70), ("high", 0.40), ("moderate", 0.20), ("low", 0.0)]
FIRST = ("Ada Bola Chen Dara Emre Femi Goran Hana Imre Jana Kofi Lena Mira Nilo Olga Pavo Quin Rosa Sami Tova Uma Vito "
         "Wren Xenia Yuki Zola").split()
LAST = ("Ashgrove Birkholt Copperfen Dunmarsh Elmwater Fairbeck Goldmere Hazelrigg Inglenook Juniper Kestrel Larkspur "
        "Mossbank Northwick Oakhanger").split()
RULES = "consent suppression eligibility dataGap cooldown budget holdout choose quietHours recheck".split()


def at(moment) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ident(kind: str, *parts) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join([kind, *map(str, parts)])))


def band_of(score: float) -> str:
    return next(band for band, floor in FLOORS if score >= floor)


def course_runs():
    start = (NOW - 41 * DAY).replace(hour=0, minute=0, second=0)
    tasks = [("Reading data", 10, 10), ("First report", 24, 20), ("Peer review", 38, 20), ("Final project", 70, 50)]
    plain = {"modules": [], "activities": [], "breaks": [], "studyWeekdays": []}
    return [
        {**plain, "id": RUN, "title": "Data in Practice, autumn 2026", "startsAt": at(start), "endsAt": at(start + 84 * DAY),
         "timeZone": "Europe/London",
         "assessments": [{"id": f"task-{n}", "title": title, "dueAt": at(start + day * DAY), "weight": weight,
                          "kind": "assignment"} for n, (title, day, weight) in enumerate(tasks, 1)]},
        {**plain, "id": OTHER_RUN, "title": "Statistics from Scratch, autumn 2026", "startsAt": at(start + 7 * DAY),
         "endsAt": at(start + 91 * DAY), "timeZone": "UTC", "assessments": []},
    ]


class Person:
    """One learner with a life of six weeks: studies, perhaps drifts away, is perhaps nudged, perhaps comes back."""

    def __init__(self, number: int):
        self.random = random.Random(number)
        self.number = number
        self.id = ident("learner", number)
        self.name = f"{FIRST[number % len(FIRST)]} {LAST[(number * 7) % len(LAST)]}"
        self.run = OTHER_RUN if number % 9 == 4 else RUN
        self.silence = min(36, int(self.random.expovariate(1 / 5.0)))
        self.habit = 0.35 + 0.6 * self.random.random()
        self.is_held_out = number % 10 == 3
        self.days = self._days()
        self.history = self._history()
        last_score = self.history[-1]["score"]
        self.score = round(last_score, 4)
        self.band = band_of(self.score)
        self.nudge_day = next((n for n, point in enumerate(self.history) if point["score"] >= 0.4), None)

    def _days(self):
        days = []
        for back in range(40, -1, -1):
            day = (NOW - back * DAY).replace(hour=0, minute=0, second=0)
            is_silent = back < self.silence and not (self.number % 4 == 1 and back < 3)
            if not is_silent and self.random.random() < self.habit:
                days.append({"day": at(day), "eventCount": 1 + int(self.random.expovariate(1 / 9))})
        return days

    def _history(self):
        points, quiet = [], 0
        active = {day["day"] for day in self.days}
        for back in range(38, -1, -1):
            day = (NOW - back * DAY).replace(hour=0, minute=0, second=0)
            quiet = 0 if at(day) in active else quiet + 1
            odds = -2.6 + 0.34 * quiet - 1.2 * (self.habit - 0.6) + 0.15 * self.random.gauss(0, 1)
            score = 1 / (1 + math.exp(-odds))
            moment = NOW - datetime.timedelta(minutes=37) if back == 0 else day + datetime.timedelta(hours=6)
            points.append({"scoredAt": at(moment), "score": round(score, 4), "band": band_of(score)})
        return points

    @property
    def last_activity(self):
        if not self.days:
            return None
        day = datetime.datetime.strptime(self.days[-1]["day"], "%Y-%m-%dT%H:%M:%S.%fZ")
        day = day.replace(tzinfo=datetime.timezone.utc)
        return min(day + datetime.timedelta(hours=9 + self.number % 9, minutes=self.number % 50), NOW)

    @property
    def state(self):
        if not self.days:
            return "neverStarted"
        quiet = (NOW - self.last_activity).days
        if quiet > 13:
            return "dormant"
        if quiet > 4:
            return "slipping"
        return "returned" if self.nudge_day is not None and self.number % 4 == 1 else "active"

    def risk(self):
        quiet = (NOW - self.last_activity).days if self.days else 41
        reasons = [
            ("daysSinceLastActivity", 0.16 * (quiet - 3), quiet, 2, f"Days since the last activity: {quiet}; usual in the course: 2."),
            ("activeDays14", 0.9 - 1.5 * self.habit, round(self.habit * 14), 8,
             f"Active days in the last 14: {round(self.habit * 14)}; usual in the course: 8."),
            ("submittedShare", 0.45 - 0.06 * (self.number % 14), 0.5, 0.88, f"Share of work handed in: {[50, 100][self.number % 2]} %; usual in the course: 88 %."),
            ("forumPosts28", 0.08, 0, 1, "Posts in the forum in 28 days: 0; usual in the course: 1."),
            ("streak", -0.21 * self.habit, 3, 2, "Longest run of days in 28 days: 3; usual in the course: 2."),
        ]
        reasons = sorted(reasons, key=lambda one: -abs(one[1]))
        told = [{"indicator": name, "contribution": round(weight, 4), "value": value, "norm": norm, "words": words}
                for name, weight, value, norm, words in reasons if abs(weight) > 0.02]
        return {"learner": self.id, "courseRun": self.run, "score": self.score, "band": self.band, "reasons": told,
                "baseline": -1.7346, "otherContribution": 0.1121, "model": MODEL, "level": "transferred",
                "scoredAt": self.history[-1]["scoredAt"]}

    def enrollment(self):
        answer = {"learner": self.id, "courseRun": self.run, "status": "enrolled", "state": self.state,
                  "engagement": round(max(0.02, 1.4 * self.habit - 0.06 * self.silence), 3),
                  "enrolledAt": at(NOW - 44 * DAY), "eventCount": sum(day["eventCount"] for day in self.days)}
        if self.last_activity:
            answer["lastActivityAt"] = at(self.last_activity)
        return answer

    def nudges(self):
        if self.nudge_day is None or self.is_held_out:
            return []
        decided = NOW - (38 - self.nudge_day) * DAY + datetime.timedelta(hours=1)
        if decided > NOW:
            decided = NOW - datetime.timedelta(minutes=30)
        record = {"nudge": ident("nudge", self.number), "learner": self.id, "courseRun": self.run,
                  "kind": "smartReminder", "policy": "drifting-away", "decidedAt": at(decided), "delivery": "sent",
                  "deliveredAt": at(decided + datetime.timedelta(seconds=4))}
        if self.number % 17 == 5:
            record.update(delivery="suppressed")
            del record["deliveredAt"]
            return [record]
        back = next((day for day in self.days if day["day"] > record["decidedAt"]), None)
        if back and (datetime.datetime.fromisoformat(back["day"][:19] + "+00:00") - decided).days < 7:
            record["returnedAt"] = back["day"].replace("T00:00", "T18:20")
            if record["returnedAt"] > at(NOW):
                record["returnedAt"] = at(NOW - datetime.timedelta(minutes=5))
        return [record]

    def deliveries(self):
        return [{"delivery": ident("delivery", self.number), "nudge": nudge["nudge"], "learner": self.id,
                 "courseRun": self.run, "channel": "email", "provider": "sink", "state": nudge["delivery"], "attempts": 1,
                 **({"reason": "noContact"} if nudge["delivery"] == "suppressed" else {}),
                 "plannedAt": nudge["decidedAt"], "changedAt": nudge.get("deliveredAt", nudge["decidedAt"])}
                for nudge in self.nudges()]

    def decisions(self):
        if self.nudge_day is None:
            return []
        first = NOW - (38 - self.nudge_day) * DAY + datetime.timedelta(hours=1)
        log = [self._decision(first, "holdout" if self.is_held_out else None, 0)]
        for n in range(1, 5):
            if first + n * DAY < NOW:
                log.insert(0, self._decision(first + n * DAY, "cooldown", n))
        return log

    def _decision(self, moment, rule, number):
        saw = {"consent": "not unsubscribed", "suppression": "no address refused in the last 30 days",
               "eligibility": "enrolled, and band high is at least high", "dataGap": "the run was last heard 2 minutes ago",
               "cooldown": "no nudge in this run before", "budget": "0 of 2 nudges in 7 days", "holdout": "not in the holdout",
               "choose": "smartReminder: the policy has this kind alone", "quietHours": "outside quiet hours, 21 to 8 h in Europe/London",
               "recheck": "no activity since the prediction"}
        blocks = {"cooldown": f"last nudge {number} days ago, cooldown 5 days",
                  "holdout": "one of the 10 % that are held out for comparison"}
        verdicts, decided = [], False
        for name in RULES:
            if decided:
                verdicts.append({"rule": name, "verdict": "notAsked", "words": "decided before"})
            elif name == rule:
                verdicts.append({"rule": name, "verdict": "block", "words": blocks[name]})
                decided = True
            else:
                verdicts.append({"rule": name, "verdict": "pass", "words": saw[name]})
        answer = {"nudge": ident("decision", self.number, number), "learner": self.id, "courseRun": self.run,
                  "policy": "drifting-away", "kind": "smartReminder", "verdicts": verdicts, "decidedAt": at(min(moment, NOW)),
                  "outcome": "holdout" if rule == "holdout" else "blocked" if rule else "send"}
        return answer | ({"decidedBy": rule} if rule else {})

    def summary(self):
        nudges = self.nudges()
        return {"learner": self.id, "name": self.name, "courseRun": self.run, "risk": self.risk(),
                "enrollment": self.enrollment(), **({"lastNudge": nudges[0]} if nudges else {})}

    def page(self):
        events, sessions = [], []
        kinds = [("viewed", "content"), ("interacted", "quiz"), ("viewed", "video"), ("posted", "forum"), ("submitted", "assignment")]
        for day in reversed(self.days[-14:]):
            start = datetime.datetime.fromisoformat(day["day"][:19] + "+00:00") + datetime.timedelta(hours=9 + self.number % 5)
            count = day["eventCount"]
            sessions.append({"courseRun": self.run, "startedAt": at(start), "endedAt": at(start + datetime.timedelta(minutes=4 * count)),
                             "eventCount": count, "timeOnTaskSeconds": 240.0 * count})
            for n in reversed(range(count)):
                verb, kind = kinds[(n + self.number) % len(kinds)]
                moment = start + datetime.timedelta(minutes=4 * n)
                events.append({"source": "demo", "eventID": f"{self.number}-{day['day'][:10]}-{n}", "courseRun": self.run, "verb": verb,
                               "activity": {"id": f"{kind}-{1 + n % 6}", "kind": kind}, "occurredAt": at(moment),
                               "receivedAt": at(moment + datetime.timedelta(seconds=2)),
                               **({"result": {"score": 0.72}} if kind == "quiz" else {})})
        return {"learner": self.id, "name": self.name, "identities": [{"source": "demo", "externalID": f"learner-{self.number:04}"}],
                "enrollments": [self.enrollment()], "sessions": sessions, "days": self.days, "risks": [self.risk()],
                "riskHistory": {self.run: self.history}, "events": events[:200], "nudges": self.nudges(),
                "decisions": self.decisions(), "deliveries": self.deliveries(), "unavailable": []}


PEOPLE = [Person(number) for number in range(180)]
BY_ID = {person.id: person for person in PEOPLE}


def ranked(course_run=None, band=None, state=None):
    people = [p for p in PEOPLE if (not course_run or p.run == course_run) and (not band or p.band == band)
              and (not state or p.state == state)]
    return sorted(people, key=lambda p: (-p.score, p.id))


def overview(course_run=None, beat=0):
    """`beat` moves the live figures on, so that a page that hears them changes."""
    people = ranked(course_run)
    noise = random.Random(7)
    minutes = [int(14 + 9 * math.sin(n / 7) + noise.randint(0, 8)) for n in range(60 + beat)][-60:]
    counts = {}
    for person in PEOPLE:
        for day in person.days:
            counts[day["day"][:10]] = counts.get(day["day"][:10], 0) + day["eventCount"]
    days = [counts.get((NOW - back * DAY).strftime("%Y-%m-%d"), 0) for back in range(41, -1, -1)]
    states = {name: 0 for name in "neverStarted onboarding active slipping dormant returned completed withdrawn".split()}
    bands = {"low": 0, "moderate": 0, "high": 0, "critical": 0}
    histogram = [0] * 20
    for person in people:
        states[person.state] += 1
        bands[person.band] += 1
        histogram[min(19, int(person.score * 20))] += 1
    nudges = [nudge for person in people for nudge in person.nudges()]
    sent_days = [sum(n["decidedAt"][:10] == (NOW - back * DAY).strftime("%Y-%m-%d") for n in nudges) for back in range(41, -1, -1)]
    moment = at(NOW + datetime.timedelta(seconds=beat))
    return {
        "now": moment, "unavailable": [],
        "tracking": {"learners": len(people), "activeNow": 12 + beat % 9, "activeToday": 61, "eventsTotal": sum(days) + 7 * beat,
                     "eventsByMinute": minutes, "eventsByDay": days, "states": states, "quarantined": 2, "now": moment},
        "risk": {"bands": bands, "abstained": {"tooNew": 6, "dataGap": 1}, "histogram": histogram},
        "nudging": {"outcomes": {"send": len(nudges), "hold": 3, "blocked": 214, "holdout": 17},
                    "blockedBy": {"cooldown": 131, "eligibility": 52, "budget": 22, "recheck": 9}, "nudgesByDay": sent_days,
                    "treated": {"learners": 118, "returned": 47}, "holdout": {"learners": 14, "returned": 4}},
        "deliveries": {"states": {"planned": 0, "sending": 0, "sent": max(0, len(nudges) - 4), "failed": 1, "suppressed": 3,
                                  "unknown": 0, "unsubscribed": 0}, "sentByDay": sent_days},
    }


def messages():
    found = []
    for person in PEOPLE:
        for delivery in person.deliveries():
            if delivery["state"] == "sent":
                found.append({"delivery": delivery["delivery"], "learner": person.id, "sentAt": delivery["changedAt"], "size": 3481,
                              "subject": "A good next step in Data in Practice: Peer review"})
    return sorted(found, key=lambda one: one["sentAt"], reverse=True)


def message(delivery):
    found = next((one for one in messages() if one["delivery"] == delivery), None)
    if found is None:
        return None
    name = BY_ID[found["learner"]].name.split()[0]
    text = (f"Hello {name},\n\nThe next step in Data in Practice is: Peer review (due in 4 days).\n\nHalf an hour is enough to get back "
            "into it, and everything that you have done so far still counts.\n\nSee you there!\n")
    html = ('<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Data in Practice</title><style>p.last{font-style:italic}</style></head>'
            '<body style="margin:0;padding:24px;background:#f4f6f8;color:#1d2733;font-family:system-ui,sans-serif;font-size:16px">'
            '<div role="article" style="max-width:560px;margin:0 auto;padding:32px;background:#ffffff;border-radius:12px">'
            f'<p style="margin:0 0 16px">Hello {name},</p><p style="margin:0 0 16px">The next step in Data in Practice is '
            '<strong>Peer review</strong>, due in 4 days.</p><p style="margin:0 0 24px"><a href="https://school.example/next" '
            'style="display:inline-block;padding:12px 24px;background:#0b5cad;color:#ffffff;border-radius:8px">Go on with the course</a></p>'
            '<p class="last">See you there!</p><img src="https://tracker.example/pixel.gif" alt=""></div></body></html>')
    eml = (f"Subject: {found['subject']}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}")
    return {"message": found, "text": text, "html": html, "eml": eml}
