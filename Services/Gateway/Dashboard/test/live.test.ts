import assert from "node:assert/strict";
import { test } from "node:test";
import type { AnyFact } from "../src/api/facts";
import { feedMax, feedOf, feedTopics, initialLive, LiveState, readMessage, reconnectDelay, reduceLive } from "../src/api/liveState";

const fact = (id: string, type = "LearningEventRecorded", key = "ada"): AnyFact =>
  ({ id, type, key, time: "2026-11-23T10:00:00.000000Z", data: {} });

const hear = (state: LiveState, stream: string, facts: AnyFact[], skipped = 0): LiveState =>
  reduceLive(state, { type: "heard", message: { type: "facts", stream, facts, skipped }, at: 1 });

test("a fact that comes twice is shown once", () => {
  const once = hear(initialLive, "learner-events", [fact("1-1"), fact("1-1")]);
  const twice = hear(once, "learner-events", [fact("1-1")]);
  assert.equal(twice.feed.activity.length, 1);
  assert.equal(twice.heard, 1);
});

test("the same id on two streams is two facts", () => {
  const both = hear(hear(initialLive, "learner-events", [fact("1-1")]), "risk-scores", [fact("1-1", "RiskScored")]);
  assert.equal(both.heard, 2);
});

test("a burst of events does not push out the one nudge", () => {
  const nudged = hear(initialLive, "nudges", [fact("1-1", "NudgeDecided")]);
  const burst = hear(nudged, "learner-events", Array.from({ length: 500 }, (_, index) => fact(`2-${index}`)));
  assert.equal(burst.feed.activity.length, feedMax);
  assert.equal(burst.feed.nudges.length, 1);
});

test("the feed has the newest first and only the wanted topics", () => {
  const state = hear(hear(initialLive, "learner-events", [fact("1-1"), fact("1-2")]), "deliveries", [fact("1-3", "DeliveryChanged")]);
  assert.deepEqual(feedOf(state, new Set(feedTopics), 10).map((item) => item.fact.id), ["1-3", "1-2", "1-1"]);
  assert.deepEqual(feedOf(state, new Set(["activity"] as const), 1).map((item) => item.fact.id), ["1-2"]);
});

test("what was counted and not sent is added up, and makes lists be read again", () => {
  const state = hear(initialLive, "learner-events", [], 41);
  assert.equal(state.skipped, 41);
  assert.equal(state.listChanges, 1);
});

test("an event changes a learner's page and no list; a risk changes both", () => {
  const event = hear(initialLive, "learner-events", [fact("1-1")]);
  assert.equal(event.changes.get("ada"), 1);
  assert.equal(event.listChanges, 0);
  const risk = hear(event, "risk-scores", [fact("1-2", "RiskScored")]);
  assert.equal(risk.changes.get("ada"), 2);
  assert.equal(risk.listChanges, 1);
});

test("being ready again makes lists be read anew, for what was missed is not pushed again", () => {
  const lost = reduceLive(initialLive, { type: "lost", attempt: 3, reason: "x" });
  assert.equal(lost.connection.is, "reconnecting");
  const ready = reduceLive(lost, { type: "heard", message: { type: "ready", now: "2026-11-23T10:00:00Z" }, at: 5 });
  assert.equal(ready.connection.is, "live");
  assert.equal(ready.listChanges, 1);
});

test("only a key that does not hold is final", () => {
  const say = (code: string): LiveState =>
    reduceLive(initialLive, { type: "heard", message: { type: "error", code, message: "no" }, at: 1 });
  assert.equal(say("unauthenticated").connection.is, "refused");
  assert.equal(say("resource_exhausted").connection.is, "connecting");
});

test("the pause before reconnecting grows, is jittered, and never exceeds 15 s", () => {
  assert.equal(reconnectDelay(1, 1), 1_000);
  assert.equal(reconnectDelay(3, 0.5), 2_000);
  assert.equal(reconnectDelay(60, 1), 15_000);
  assert.equal(reconnectDelay(60, 0), 0);
});

test("a message of a newer kind is passed over, one that is no message is an error", () => {
  assert.equal(readMessage('{"type":"weather"}'), undefined);
  assert.throws(() => readMessage("[1"));
  assert.throws(() => readMessage("null"));
});
