"""Fills a local stack with a few learners through the public API, so that every page has something to show.

Nothing is simulated here: two weeks of events for twelve learners, half of whom fell silent a week ago. Where the stack's
clock can be set, the story is told day by day, as it would have happened, so that scores and nudges come about.
"""
import datetime
import json
import time
import urllib.error
import urllib.request

RUN = "browser-tests"
LEARNERS = 12
DAYS = 16
SILENT_FROM = 8


class Gateway:
    def __init__(self, url: str, key: str):
        self.url, self.key = url, key

    def call(self, method: str, path: str, body=None):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(), headers={
            "authorization": f"Bearer {self.key}", "content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def at(moment) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def fill(url: str, key: str) -> None:
    gateway = Gateway(url, key)
    if gateway.call("GET", "/v1/overview")["tracking"]["eventsTotal"] > 0:
        return
    clock = gateway.call("GET", "/v1/clock")
    start = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) - datetime.timedelta(days=DAYS)
    gateway.call("PUT", f"/v1/course-runs/{RUN}", {
        "id": RUN, "title": "A course for browser tests", "startsAt": at(start), "endsAt": at(start + datetime.timedelta(days=70)),
        "timeZone": "UTC", "assessments": [
            {"id": "essay", "title": "Essay", "dueAt": at(start + datetime.timedelta(days=10)), "weight": 40, "kind": "assignment"}]})
    gateway.call("PUT", "/v1/contacts", {"contacts": [
        {"source": "browser", "learner": f"learner-{n}", "name": f"Person {n}", "email": f"person{n}@learners.example"}
        for n in range(LEARNERS)]})
    for day in range(DAYS):
        morning = start + datetime.timedelta(days=day, hours=9)
        if clock["simulated"]:
            gateway.call("PUT", "/v1/clock", {"now": at(morning + datetime.timedelta(hours=3)), "rate": 0})
        gateway.call("POST", "/v1/events", {"source": "browser", "events": events(day, morning)})
        if clock["simulated"]:
            settle(gateway)
    if clock["simulated"]:
        gateway.call("PUT", "/v1/clock", {"now": at(datetime.datetime.now(datetime.timezone.utc)), "rate": 1})
    settle(gateway)


def events(day: int, morning):
    drafts = []
    for n in range(LEARNERS):
        if day == 0:
            drafts.append(draft(n, day, "enrolled", None, morning))
        if day >= SILENT_FROM and n % 2 == 1:
            continue
        for step, kind in enumerate(["content", "quiz", "forum"][: 1 + (n + day) % 3]):
            drafts.append(draft(n, day, "viewed", kind, morning + datetime.timedelta(minutes=10 * step + n)))
    return drafts


def draft(n: int, day: int, verb: str, kind, moment):
    answer = {"id": f"{n}-{day}-{verb}-{kind}", "learner": f"learner-{n}", "courseRun": RUN, "verb": verb, "occurredAt": at(moment)}
    return answer | ({"activity": {"id": f"{kind}-{1 + day % 5}", "kind": kind}} if kind else {})


def settle(gateway: Gateway, within: float = 30) -> None:
    """Waits until no service is behind or has anything due, twice in a row, so that nothing is on its way between two."""
    deadline, quiet = time.monotonic() + within, 0
    while quiet < 2:
        services = gateway.call("GET", "/v1/status")["services"]
        is_quiet = all(sum(service["lag"].values()) == 0 and service["pending"] == 0 for service in services)
        quiet = quiet + 1 if is_quiet else 0
        if time.monotonic() > deadline:
            raise RuntimeError(f"the services are not quiet after {within} s: {json.dumps(services)}")
        time.sleep(0.05)


def send_event(url: str, key: str) -> None:
    """One event of now, for figures that must move."""
    gateway = Gateway(url, key)
    now = datetime.datetime.fromisoformat(gateway.call("GET", "/v1/clock")["now"].replace("Z", "+00:00"))
    receipt = gateway.call("POST", "/v1/events", {"source": "browser", "events": [
        {"id": f"live-{time.time_ns()}", "learner": "learner-0", "courseRun": RUN, "verb": "viewed",
         "activity": {"id": "content-1", "kind": "content"}, "occurredAt": at(now)}]})
    if receipt["accepted"] != 1:
        raise RuntimeError(f"the event was not accepted: {receipt}")
