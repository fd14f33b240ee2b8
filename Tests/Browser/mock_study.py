"""What Tracking makes of what the invented learners did: progress, patterns, sessions, what is unusual. See mock_data."""
import mock_data as data


def counts(total, done):
    return {"total": total, "done": done, "attempted": 0, "seen": 0, "notStarted": total - done, "share": done / total if total else 0}


def progress(person):
    done = min(6, len(person.days) // 4)
    completion = ({"state": "projected", "at": data.at(data.NOW + 20 * data.DAY), "earliest": data.at(data.NOW + 12 * data.DAY),
                   "latest": data.at(data.NOW + 40 * data.DAY), "perStudyDay": 0.3} if done > 2 else
                  {"state": "abstained", "reason": "only 2 of the activities were done in the last 42 days; it takes 3"})
    return {"progress": [{
        "learner": person.id, "courseRun": person.run, "basis": "plan", "required": counts(6, done), "optional": counts(0, 0),
        "pace": {"state": "behind" if done < 3 else "onPace", "expectedDone": 3, "behind": max(0, 3 - done)}, "completion": completion,
        "modules": [{"module": f"m{n}", "title": f"Module {n}", "required": counts(3, min(3, max(0, done - 3 * (n - 1))))} for n in (1, 2)],
        "activities": [], "next": [], "skills": [], "words": f"{done} of 6 activities done."}]}


def patterns(person):
    hours = [0] * 168
    for day in range(7):
        hours[day * 24 + 9 + person.number % 5] = 1 + day % 3
    return {"patterns": [{
        "learner": person.id, "courseRun": person.run,
        "mix": [{"kind": "content", "events": 60, "share": 0.6}, {"kind": "quiz", "events": 40, "share": 0.4}],
        "depth": {"viewed": 4, "interacted": 3, "submitted": 2, "completed": 1, "index": 2.0}, "socialBreadth": "present",
        "rhythm": {"timeZone": "Europe/London", "sittings": sum(hours), "hoursOfWeek": hours, "entropy": 0.8, "intervalDays": 1.0,
                   "intervalVariation": 0.2, "regularity": "regular", "peak": {"weekday": 3, "partOfDay": "morning", "share": 0.2}},
        "week": {"activeDays": 3, "actions": 30}, "words": "Studies regularly, most often on Wednesday mornings."}]}


def sessions(person):
    page = person.page()
    times = [{"day": day["day"], "kind": "content", "seconds": 240.0 * day["eventCount"]} for day in person.days]
    return {"sessions": page["sessions"], "times": times}


def streak(person):
    return {"learner": person.id, "timeZone": "Europe/London", "current": 2, "longest": 6, "freezes": 1, "frozenDays": [], "isActiveToday": False}


def anomalies(query):
    person = data.BY_ID.get(query.get("learner")) or data.PEOPLE[3]
    moment = data.at(data.NOW - data.DAY)
    return {"nextPageToken": "", "anomalies": [{
        "id": data.ident("anomaly", person.number), "kind": "burst", "severity": "low", "courseRun": person.run, "learner": person.id,
        "words": "148 actions on one day, 11 times the usual day of 14.", "evidence": [{"name": "actions", "value": 148}],
        "firstAt": moment, "lastAt": moment, "detectedAt": moment}]}


def course_run(run):
    people = [person for person in data.PEOPLE if person.run == run]
    states = {}
    for person in people:
        states[person.state] = states.get(person.state, 0) + 1
    return {"courseRun": run, "learners": len(people), "states": states, "activeToday": 40, "activeWeek": 90,
            "eventsByDay": [100 + 10 * (n % 7) for n in range(42)], "now": data.at(data.NOW),
            "sessionSeconds": {"count": 500, "lower": 200, "median": 480, "upper": 900, "ninth": 1500}}


def course_progress(run):
    learners = sum(person.run == run for person in data.PEOPLE)
    titles = ["Reading data", "First report", "Peer review", "Final project"]
    return {"courseRun": run, "basis": "plan", "learners": learners, "activities": [
        {"activity": f"task-{n}", "title": title, "kind": "assignment", "isOptional": False, "seen": 5, "attempted": 3,
         "done": max(0, learners - 30 * n)} for n, title in enumerate(titles, 1)]}


def heatmap():
    return {"timeZone": "Europe/London", "from": data.at(data.NOW - 84 * data.DAY), "until": data.at(data.NOW),
            "week": [[(day + 1) * (hour if 8 <= hour <= 21 else 0) for hour in range(24)] for day in range(7)]}
