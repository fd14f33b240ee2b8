import assert from "node:assert/strict";
import { test } from "node:test";
import type { LearnerDetail, LearnerSummary } from "../src/api/contracts";
import { errorOf } from "../src/api/errors";
import { riskAt, timelineOf } from "../src/charts/timelineModel";
import { formatAgo, formatRisk, formatSigned, keepUnits } from "../src/format";
import { mergeRows } from "../src/learnerRows";
import { compareReturns, wilson } from "../src/statistics";
import { missingWords, spaced } from "../src/words";

const row = (learner: string, score = 0.5): LearnerSummary => ({
  learner, courseRun: "run",
  risk: { learner, courseRun: "run", score, reasons: [], baseline: 0, otherContribution: 0, model: "m", scoredAt: "2026-01-01T00:00:00Z" },
});

test("rows keep their places while they are held, with new figures, and the new order waits", () => {
  const held = mergeRows({ shown: [row("a"), row("b")], waiting: undefined }, [row("b", 0.9), row("a", 0.1)], true);
  assert.deepEqual(held.shown.map((one) => [one.learner, one.risk?.score]), [["a", 0.1], ["b", 0.9]]);
  assert.deepEqual(held.waiting?.map((one) => one.learner), ["b", "a"]);
});

test("rows take the new order at once when nobody is among them", () => {
  const free = mergeRows({ shown: [row("a"), row("b")], waiting: undefined }, [row("b"), row("a")], false);
  assert.deepEqual(free.shown.map((one) => one.learner), ["b", "a"]);
  assert.equal(free.waiting, undefined);
});

test("the same order with other figures leaves nothing waiting", () => {
  const held = mergeRows({ shown: [row("a"), row("b")], waiting: undefined }, [row("a", 0.6), row("b")], true);
  assert.equal(held.waiting, undefined);
});

test("two rates are not compared while either side is small", () => {
  assert.deepEqual(compareReturns({ learners: 118, returned: 47 }, { learners: 29, returned: 4 }),
    { is: "tooFew", treated: 118, holdout: 29 });
});

test("Wilson's interval agrees with the published figures for 10 of 20 and stays inside 0 and 1", () => {
  const half = wilson({ learners: 20, returned: 10 });
  assert.ok(Math.abs(half.low - 0.2993) < 5e-4 && Math.abs(half.high - 0.7007) < 5e-4);
  assert.ok(wilson({ learners: 30, returned: 0 }).low >= 0);
  assert.ok(wilson({ learners: 30, returned: 30 }).high <= 1);
  assert.deepEqual(wilson({ learners: 0, returned: 0 }), { low: 0, high: 1 });
});

test("Newcombe's interval agrees with his own example, 56 of 70 against 48 of 80", () => {
  const found = compareReturns({ learners: 70, returned: 56 }, { learners: 80, returned: 48 });
  assert.ok(found.is === "compared");
  if (found.is !== "compared") return;
  assert.ok(Math.abs(found.interval.low - 0.0524) < 5e-4, `${found.interval.low}`);
  assert.ok(Math.abs(found.interval.high - 0.3339) < 5e-4, `${found.interval.high}`);
  assert.equal(found.mayBeChance, false);
});

test("a problem is told by its detail and keeps its request id", () => {
  const error = errorOf(503, '{"title":"Unavailable","detail":"tracking does not answer","requestId":"r-1"}');
  assert.deepEqual([error.kind, error.message, error.requestId], ["unavailable", "Tracking does not answer.", "r-1"]);
  assert.equal(errorOf(401, "<html>").kind, "unauthorized");
  assert.equal(errorOf(504, "").kind, "timeout");
});

test("ages and numbers read well", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  assert.equal(formatAgo("2026-11-23T11:59:40Z", now), "just now");
  assert.equal(formatAgo("2026-11-14T12:00:00Z", now), "9 days ago");
  assert.equal(formatAgo("2026-11-23T15:00:00Z", now), "in 3 h");
  assert.equal(formatRisk(0.999), "99");
  assert.equal(formatSigned(-0.5), "\u22120.50");
  assert.equal(keepUnits("handed in: 50 %; usual: 88 %."), "handed in: 50\u00a0%; usual: 88\u00a0%.");
  assert.equal(spaced("daysSinceLastActivity"), "days since last activity");
  assert.equal(missingWords(["prediction"]), "Prediction does not answer; its figures are missing.");
  assert.equal(missingWords(["nudging", "tracking"]), "Nudging and Tracking do not answer; their figures are missing.");
});

const detail: LearnerDetail = {
  learner: "a", identities: [], enrollments: [], sessions: [], risks: [], events: [], unavailable: [], decisions: [],
  days: [{ day: "2026-11-10T00:00:00Z", eventCount: 4 }],
  riskHistory: { run: [{ scoredAt: "2026-11-11T06:00:00Z", score: 0.3, band: "moderate" }, { scoredAt: "2026-11-12T06:00:00Z", score: 0.6, band: "high" }] },
  nudges: [{ nudge: "n", learner: "a", courseRun: "run", kind: "smartReminder", policy: "p", decidedAt: "2026-11-12T07:00:00Z",
    delivery: "sent", deliveredAt: "2026-11-12T07:00:05Z", returnedAt: "2026-11-13T07:00:05Z" }],
  deliveries: [{ delivery: "d", nudge: "n", learner: "a", courseRun: "run", channel: "email", provider: "sink", state: "sent",
    attempts: 1, plannedAt: "2026-11-12T07:00:01Z", changedAt: "2026-11-12T07:00:05Z" }],
};

test("the time axis carries the nudge, its mail and the return, in order, and ends now", () => {
  const now = Date.parse("2026-11-20T00:00:00Z");
  const timeline = timelineOf(detail, "run", undefined, now);
  assert.deepEqual(timeline.marks.map((mark) => mark.lane), ["nudges", "deliveries", "returns"]);
  assert.equal(timeline.to, now);
  assert.ok(timeline.from <= Date.parse("2026-11-10T00:00:00Z"));
  assert.equal(timelineOf(detail, "other", undefined, now).marks.length, 0);
});

test("the risk at a time is the last one scored before it", () => {
  const points = detail.riskHistory["run"] ?? [];
  assert.equal(riskAt(points, Date.parse("2026-11-11T05:00:00Z")), undefined);
  assert.equal(riskAt(points, Date.parse("2026-11-11T12:00:00Z"))?.score, 0.3);
});
