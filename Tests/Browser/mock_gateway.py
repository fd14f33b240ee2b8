"""A stand-in for the gateway, to develop the dashboard against and to show its edges: python mock_gateway.py [port].

The key chooses what it plays:  hf_demo    all is well            hf_empty  nothing was ever heard
                                hf_partial Prediction is down      hf_down   every read fails
                                hf_slow    answers take 2 s        hf_revoked is refused after 2 s of live figures
                                hf_admin   all is well, and it may change things
Any other key is refused. The shapes are those of Shared/Contracts; the real gateway is what counts.
"""
import asyncio
import json
import pathlib
import sys

from aiohttp import WSMsgType, web

import mock_data as data
import mock_intake
import mock_study as study
import names

DIST = pathlib.Path(__file__).resolve().parents[2] / "Services/Gateway/Dashboard/dist"
KEYS = {"hf_demo", "hf_empty", "hf_partial", "hf_down", "hf_slow", "hf_revoked", "hf_admin"}
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
          "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
EMPTY_PARTS = {
    "tracking": {"learners": 0, "activeNow": 0, "activeToday": 0, "eventsTotal": 0, "eventsByMinute": [0] * 60, "eventsByDay": [0] * 42,
                 "states": {}, "quarantined": 0, "now": data.at(data.NOW)},
    "risk": {"bands": {"low": 0, "moderate": 0, "high": 0, "critical": 0}, "abstained": {}, "histogram": [0] * 20},
    "nudging": {"outcomes": {"send": 0, "hold": 0, "blocked": 0, "holdout": 0}, "blockedBy": {}, "nudgesByDay": [0] * 42,
                "treated": {"learners": 0, "returned": 0}, "holdout": {"learners": 0, "returned": 0}},
    "deliveries": {"states": {}, "sentByDay": [0] * 42},
}


def problem(status, title, detail):
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": title.lower(), "requestId": "mock-1"}
    return web.Response(status=status, text=json.dumps(body), content_type="application/problem+json")


def overview(key, course_run=None, beat=0):
    if key == "hf_empty":
        return {"now": data.at(data.NOW), "unavailable": [], **EMPTY_PARTS}
    answer = data.overview(course_run, beat)
    if key == "hf_partial":
        del answer["risk"]
        answer["unavailable"] = ["prediction"]
    return answer


def learners(query, key):
    size, start = int(query.get("pageSize", 50)), int(query.get("pageToken") or 0)
    people = [] if key == "hf_empty" else data.ranked(query.get("courseRun"), query.get("band"), query.get("state"))
    end = start + size
    return {"learners": [person.summary() for person in people[start:end]], "total": len(people), "unavailable": [],
            "nextPageToken": str(end) if end < len(people) else ""}


def status(key):
    services = [{"name": name, "ready": True, "startedAt": data.at(data.NOW - 2 * data.DAY), "pending": 0, "reasons": [],
                 "lag": {stream: 0 for stream in streams}}
                for name, streams in [("tracking", ["deliveries"]), ("prediction", ["learner-events"]),
                                      ("nudging", ["learner-events", "risk-scores", "deliveries"]), ("notification", ["nudges"])]]
    if key == "hf_partial":
        services[1] = {"name": "prediction", "ready": False, "lag": {}, "pending": 0, "reasons": ["does not answer"]}
        services[2]["lag"]["risk-scores"] = 1204
    return {"services": services, "now": data.at(data.NOW)}


def answer(path, query, key):
    """The answer to a GET, or None where there is no such thing."""
    is_empty = key == "hf_empty"
    parts = path.strip("/").split("/")[1:]
    match parts:
        case ["overview"]:
            return overview(key, query.get("courseRun"))
        case ["learners"]:
            return learners(query, key)
        case ["learners", learner, "events"]:
            newest_first = sorted(HEARD.get(learner, {}).values(), key=lambda event: event["occurredAt"], reverse=True)
            return {"events": newest_first, "nextPageToken": ""}
        case ["learners", learner, "progress" | "patterns" | "sessions" | "streak" as part]:
            person = data.BY_ID.get(learner)
            return getattr(study, part)(person) if person else None
        case ["anomalies"]:
            return study.anomalies(query)
        case ["course-runs", run, "overview"]:
            return study.course_run(run)
        case ["course-runs", run, "progress"]:
            return study.course_progress(run)
        case ["course-runs", _, "heatmap"]:
            return study.heatmap()
        case ["learners", learner]:
            person = data.BY_ID.get(learner)
            return person.page() if person else None
        case ["course-runs"]:
            return {"courseRuns": [] if is_empty else data.course_runs()}
        case ["messages"]:
            return {"messages": [] if is_empty else data.messages()[:50], "nextPageToken": ""}
        case ["messages", delivery]:
            return data.message(delivery)
        case ["status"]:
            return status(key)
        case ["sources"]:
            return {"sources": [] if is_empty else mock_intake.SOURCES, "nextPageToken": ""}
        case ["sources", source, "drift"]:
            return mock_intake.drift(source)
        case ["data-gaps"]:
            return mock_intake.gaps(query.get("source"))
        case ["quarantine"]:
            return {"events": [] if is_empty else intake(key).matching(query), "nextPageToken": ""}
        case ["quarantine", "summary"]:
            return {"groups": []} if is_empty else intake(key).summary(query)
        case ["quarantine", number]:
            return intake(key).page(number)
        case ["learners", learner, "identity"]:
            return intake(key).identity(learner)
        case ["dead-letters"]:
            letters = [{"service": "nudging", "id": 4, "consumer": "nudging", "stream": "risk-scores", "partition": 12, "seq": 831,
                        "tenant": "default", "type": "RiskScored", "reason": "unknown band \"extreme\"", "attempts": 5,
                        "failedAt": data.at(data.NOW - data.DAY)}]
            return {"deadLetters": [] if is_empty else letters, "unavailable": ["prediction"] if key == "hf_partial" else []}
        case ["model"]:
            return {"version": data.MODEL, "card": {"target": "No activity for 14 days", "data": "Open University Learning Analytics dataset, CC BY 4.0",
                    "auc": 0.871, "trainedOn": "BBB, CCC, DDD, EEE, FFF", "licence": "CC BY 4.0"}}
        case ["clock"]:
            return {"now": data.at(data.NOW), "simulated": False}
    return None


#: What each key sees of the quarantine and of identities, and hf_admin has made of them.
INTAKES = {}


def intake(key):
    return INTAKES.setdefault(key, mock_intake.Intake())


def change(path, key, body):
    """The answer to a change by a key that may make it, or None where there is no such thing."""
    match path.strip("/").split("/")[1:]:
        case ["quarantine", "correct" | "replay" | "discard" as step]:
            return intake(key).mend({"correct": "corrected", "replay": "replayed", "discard": "discarded"}[step], body)
        case ["learners", learner, "role" | "merge" | "unmerge" as step]:
            return intake(key).change_identity(learner, step, body)
    return None


#: What the snippet sent, by learner's id and then by event's id: the first one counts.
HEARD = {}


async def record(request):
    """Takes a batch of events as a page sends it: a text, with the key in it."""
    body = json.loads(await request.text())
    if body.get("key", request.headers.get("authorization", "").removeprefix("Bearer ")) not in KEYS:
        return problem(401, "Unauthenticated", "the key is not known")
    receipts = []
    for event in body["events"]:
        heard = HEARD.setdefault(names.learner_id(body["source"], event["learner"]), {})
        status = "duplicate" if event["id"] in heard else "accepted"
        heard.setdefault(event["id"], {"eventID": event["id"], "verb": event["verb"], "occurredAt": event["occurredAt"]})
        receipts.append({"id": event["id"], "status": status})
    return web.json_response({"receipts": receipts})


async def api(request):
    key = request.headers.get("authorization", "").removeprefix("Bearer ")
    if key not in KEYS:
        return problem(401, "Unauthenticated", "the key is not known")
    if request.method != "GET" and key == "hf_admin":
        made = change(request.path, key, json.loads(await request.text() or "{}"))
        return problem(404, "Not_found", "there is no such thing") if made is None else web.json_response(made)
    if request.method != "GET":
        return problem(403, "Permission_denied", "this key may not do that; it needs the scope admin")
    if key == "hf_down" and request.path not in ("/v1/clock", "/v1/course-runs"):
        return problem(503, "Unavailable", "tracking does not answer; try again in a moment")
    if key == "hf_slow":
        await asyncio.sleep(2)
    found = answer(request.path, request.query, key)
    return problem(404, "Not_found", "there is no such thing") if found is None else web.json_response(found)


def facts(beat):
    """What happens in one beat: mostly events, now and then a change of risk, a nudge and its mail."""
    person = data.PEOPLE[(beat * 7) % len(data.PEOPLE)]
    moment = data.at(data.NOW + data.datetime.timedelta(seconds=beat))
    head = {"id": f"{beat % 64}-{beat}", "time": moment, "recordedAt": moment, "key": person.id}
    verb, kind = [("viewed", "content"), ("interacted", "quiz"), ("posted", "forum"), ("viewed", "video")][beat % 4]
    yield "learner-events", head | {"type": "LearningEventRecorded", "data": {
        "source": "demo", "eventID": str(beat), "learner": person.id, "courseRun": person.run, "verb": verb, "isBackfill": False,
        "activity": {"id": f"{kind}-{1 + beat % 6}", "kind": kind}, "occurredAt": moment, "receivedAt": moment}}
    if beat % 3 == 0:
        yield "risk-scores", head | {"type": "RiskScored", "data": {"risk": person.risk(), "previousBand": "moderate", "isBackfill": False}}
    if beat % 5 == 1:
        yield "nudges", head | {"type": "NudgeDecided", "data": {
            "nudge": data.ident("live", beat), "learner": person.id, "courseRun": person.run, "courseTitle": "Data in Practice",
            "kind": "smartReminder", "policy": "drifting-away", "decidedAt": moment, "expiresAt": moment, "parameters": {}}}
    if beat % 5 == 2:
        yield "deliveries", head | {"type": "DeliveryChanged", "data": {
            "delivery": data.ident("live", beat), "learner": person.id, "courseRun": person.run, "channel": "email", "state": "sent", "changedAt": moment}}
    if beat % 7 == 3:
        yield "learner-events", head | {"id": f"{beat % 64}-{beat}b", "type": "LearnerStateChanged", "data": {
            "learner": person.id, "courseRun": person.run, "from": "slipping", "to": "returned", "changedAt": moment, "isBackfill": False}}


async def live(request):
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    first = await socket.receive()
    key = json.loads(first.data).get("key") if first.type == WSMsgType.TEXT else ""
    if key not in KEYS:
        await socket.send_json({"type": "error", "code": "unauthenticated", "message": "the key is not known"})
        await socket.close(code=1008, message=b"the key is not known")
        return socket
    await socket.send_json({"type": "ready", "now": data.at(data.NOW)})
    if key != "hf_down":
        await socket.send_json({"type": "overview", "overview": overview(key)})
    beat = 0
    try:
        while not socket.closed:
            await asyncio.sleep(0.7)
            beat += 1
            if key == "hf_revoked" and beat == 3:
                await socket.send_json({"type": "error", "code": "unauthenticated", "message": "the key was revoked"})
                await socket.close(code=1008, message=b"the key was revoked")
            if key in ("hf_empty", "hf_down") or socket.closed:
                continue
            for stream, fact in facts(beat):
                await socket.send_json({"type": "facts", "stream": stream, "skipped": 0, "facts": [fact]})
            await socket.send_json({"type": "overview", "overview": overview(key, None, beat)})
    except ConnectionResetError:
        pass  # The page was closed; there is nobody to tell.
    return socket


async def page(request):
    name = request.path.lstrip("/")
    file = DIST / name
    if not name or "." not in name or not file.is_file():
        file = DIST / "index.html"
    return web.FileResponse(file, headers={"content-security-policy": POLICY, "x-content-type-options": "nosniff",
                                           "referrer-policy": "no-referrer", "cache-control": "no-cache"})


def application():
    app = web.Application()
    app.router.add_get("/v1/live", live)
    app.router.add_post("/v1/events", record)
    app.router.add_route("*", "/v1/{rest:.*}", api)
    app.router.add_get("/{rest:.*}", page)
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) > 1 else 7100, print=None, shutdown_timeout=0.2)
