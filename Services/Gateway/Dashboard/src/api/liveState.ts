import type { Overview, Time } from "./contracts";
import type { AnyFact, LiveMessage } from "./facts";

/** Where the live connection stands. `refused` is final: only another key helps. */
export type Connection =
  | { is: "connecting" }
  | { is: "live" }
  | { is: "reconnecting"; attempt: number; reason: string }
  | { is: "refused"; reason: string };

/** What a fact is about, for the feed's filter. */
export type FeedTopic = "activity" | "risk" | "nudges" | "deliveries";
export const feedTopics: readonly FeedTopic[] = ["activity", "risk", "nudges", "deliveries"];

export interface FeedItem {
  /** `<stream>/<partition>-<seq>`. */
  id: string;
  topic: FeedTopic;
  fact: AnyFact;
  /** Rises with arrival; what came later is shown higher. */
  order: number;
}

export interface LiveState {
  connection: Connection;
  /** By this computer's clock, in ms: when something was last heard. */
  heardAt: number | undefined;
  /** The services' own time, as last told, and when that was by this computer's clock. */
  serverNow: Time | undefined;
  toldAt: number | undefined;
  overview: Overview | undefined;
  /** Newest first, a bounded number of each topic, so that a burst of one does not push out the others. */
  feed: Record<FeedTopic, readonly FeedItem[]>;
  /** Facts that were counted and not sent, because there were too many at once. */
  skipped: number;
  /** Facts heard since the page was opened. */
  heard: number;
  /** How often each learner's page would look different now: what is open on the page is read again when it rises. */
  changes: ReadonlyMap<string, number>;
  /** Rises when a list of learners may look different: a risk, a state, an enrollment, a nudge. */
  listChanges: number;
}

export const feedMax = 60;
/** Learners whose changes are counted; the rest is forgotten, oldest first. */
const changesMax = 2_000;

export const initialLive: LiveState = {
  connection: { is: "connecting" },
  heardAt: undefined,
  serverNow: undefined,
  toldAt: undefined,
  overview: undefined,
  feed: { activity: [], risk: [], nudges: [], deliveries: [] },
  skipped: 0,
  heard: 0,
  changes: new Map(),
  listChanges: 0,
};

export type LiveAction =
  | { type: "heard"; message: LiveMessage; at: number }
  | { type: "lost"; attempt: number; reason: string }
  | { type: "refused"; reason: string };

/** What the page knows after one more thing happened. Pure. */
export function reduceLive(state: LiveState, action: LiveAction): LiveState {
  switch (action.type) {
    case "lost":
      return { ...state, connection: { is: "reconnecting", attempt: action.attempt, reason: action.reason } };
    case "refused":
      return { ...state, connection: { is: "refused", reason: action.reason } };
    case "heard":
      return hear({ ...state, heardAt: action.at }, action.message);
  }
}

function hear(state: LiveState, message: LiveMessage): LiveState {
  switch (message.type) {
    case "ready":
      // What happened while nobody listened is not pushed again, so every list is read anew.
      return {
        ...state, connection: { is: "live" }, serverNow: message.now, toldAt: state.heardAt,
        listChanges: state.listChanges + 1,
      };
    case "overview":
      return { ...state, overview: message.overview, serverNow: message.overview.now, toldAt: state.heardAt };
    case "facts":
      return takeFacts(state, message.stream, message.facts, message.skipped ?? 0);
    case "error":
      // Any other error is followed by a close, and mends itself by coming again.
      if (message.code !== "unauthenticated" && message.code !== "permission_denied") return state;
      return { ...state, connection: { is: "refused", reason: message.message } };
  }
}

function takeFacts(state: LiveState, stream: string, facts: readonly AnyFact[], skipped: number): LiveState {
  const topic = topicOf(stream);
  const known = new Set(state.feed[topic].map((item) => item.id));
  const fresh: FeedItem[] = [];
  const changes = new Map(state.changes);
  let order = state.heard;
  for (const fact of facts) {
    const id = `${stream}/${fact.id}`;
    if (known.has(id)) continue;
    known.add(id);
    order += 1;
    fresh.push({ id, topic, fact, order });
    const before = changes.get(fact.key) ?? 0;
    changes.delete(fact.key);
    changes.set(fact.key, before + 1);
  }
  if (fresh.length === 0 && skipped === 0) return state;
  for (const key of changes.keys()) {
    if (changes.size <= changesMax) break;
    changes.delete(key);
  }
  const alters = skipped > 0 || fresh.some((item) => item.fact.type !== "LearningEventRecorded");
  return {
    ...state,
    feed: { ...state.feed, [topic]: [...fresh.reverse(), ...state.feed[topic]].slice(0, feedMax) },
    skipped: state.skipped + skipped,
    heard: order,
    changes,
    listChanges: state.listChanges + (alters ? 1 : 0),
  };
}

function topicOf(stream: string): FeedTopic {
  switch (stream) {
    case "risk-scores": return "risk";
    case "nudges": return "nudges";
    case "deliveries": return "deliveries";
    default: return "activity";
  }
}

/** The wanted topics as one list, newest first. */
export function feedOf(state: LiveState, topics: ReadonlySet<FeedTopic>, most: number): FeedItem[] {
  return feedTopics
    .flatMap((topic) => (topics.has(topic) ? state.feed[topic] : []))
    .sort((left, right) => right.order - left.order)
    .slice(0, most);
}

/** Full jitter: anywhere between nothing and the bound, which doubles with each attempt up to 15 s. */
export function reconnectDelay(attempt: number, random: number): number {
  const bound = Math.min(15_000, 500 * 2 ** Math.min(attempt, 10));
  return Math.round(bound * random);
}

/** A message off the wire; `undefined` for one of a kind that this page does not know. Throws on anything else. */
export function readMessage(text: string): LiveMessage | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) throw new SyntaxError("expected an object");
  const type = (value as { type?: unknown }).type;
  if (type === "ready" || type === "overview" || type === "facts" || type === "error") return value as LiveMessage;
  return undefined;
}
