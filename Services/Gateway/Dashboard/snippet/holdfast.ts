/**
 * Tells Holdfast what a learner does on a page. Under 3 KB; no cookies, nothing watched by itself.
 *
 *     <script src="https://holdfast.example/holdfast.js" data-key="hf_..." data-source="campus" data-learner="ada"></script>
 *     <script>holdfast.track("viewed", { activity: { id: "week-2", kind: "content" }, courseRun: "knots-2026" })</script>
 *
 * An event gets its id and its time when it happens, waits in localStorage, and leaves it when Holdfast has answered: what
 * is sent twice is one event. The device's clock may be wrong, so each batch says what it shows when it is sent.
 */
interface Details {
  activity?: { id: string; kind?: string };
  courseRun?: string;
  result?: Record<string, unknown>;
  context?: Record<string, unknown>;
}

interface LearningEvent extends Details {
  id: string;
  learner: string;
  verb: string;
  occurredAt: string;
}

/** Events kept for a device that stays offline; the oldest go first. About 200 KB of the 5 MB a page may keep. */
const keptMax = 1000;
/** Events a request: 64 KiB is all that a browser takes from a page that is being left. */
const batchMax = 100;
const batchBytesMax = 60_000;
/** Milliseconds in which events gather before they are sent, and the longest wait after a failure. */
const gatherFor = 2_000;
const retryMax = 300_000;

const script = document.currentScript as HTMLScriptElement;
const { key = "", source = "web", learner = "", run } = script.dataset;
const address = new URL("/v1/events", script.src).href;
const place = "holdfast:" + source;
let who = learner;
/** Where a page may not keep anything, events wait as long as the page does. */
let kept = "[]";
let isSending = false;
let failures = 0;
let timer: number | undefined;

const read = (): LearningEvent[] => {
  try {
    return JSON.parse(localStorage.getItem(place) ?? kept) as LearningEvent[];
  } catch {
    // Not allowed here, or not ours any more; what this page remembers has to do.
    return JSON.parse(kept) as LearningEvent[];
  }
};

const write = (events: LearningEvent[]): void => {
  kept = JSON.stringify(events.slice(-keptMax));
  try {
    localStorage.setItem(place, kept);
  } catch {
    // Full, or not allowed.
  }
};

const forget = (events: LearningEvent[]): void => {
  const ids = new Set(events.map((event) => event.id));
  write(read().filter((event) => !ids.has(event.id)));
};

const body = (events: LearningEvent[]): string =>
  JSON.stringify({ key, source, sentAt: new Date().toISOString(), events });

/** The oldest events, in their order, as many as fit. */
const batch = (): LearningEvent[] => {
  let events = read().slice(0, batchMax);
  while (events.length > 1 && body(events).length > batchBytesMax) events = events.slice(0, events.length >> 1);
  return events;
};

const later = (wait: number): void => {
  clearTimeout(timer);
  timer = window.setTimeout(send, wait);
};

const send = async (): Promise<void> => {
  const events = batch();
  if (isSending || !events.length) return;
  isSending = true;
  let status = 0;
  try {
    // A text needs no leave from the browser; the key is in it.
    status = (await fetch(address, { method: "POST", body: body(events), credentials: "omit" })).status;
  } catch {
    // No network: the same as no answer.
  }
  isSending = false;
  // What is refused as a whole would be refused for ever.
  if (status === 200 || status === 400 || status === 413) {
    forget(events);
    failures = 0;
    later(0);
  } else {
    later(Math.min(retryMax, gatherFor * 2 ** ++failures));
  }
};

/** Leaving: nobody will hear the answer, so the events stay until the next page has one. */
const leave = (): void => {
  const events = batch();
  if (events.length) navigator.sendBeacon(address, body(events));
};

const id = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

const holdfast = {
  /** From now on it is this learner, by the name that the platform has for them; an empty name is nobody. */
  identify(name: string): void {
    who = name;
  },
  /** Something was done. Nothing is told of nobody. */
  track(verb: string, details: Details = {}): void {
    if (!who) return;
    const event: LearningEvent = { id: id(), learner: who, verb, occurredAt: new Date().toISOString(), ...details };
    if (run && !event.courseRun) event.courseRun = run;
    write([...read(), event]);
    if (!failures) later(gatherFor);
  },
  /** Sends now what waits. */
  flush(): void {
    later(0);
  },
};

addEventListener("online", holdfast.flush);
addEventListener("pagehide", leave);
Object.assign(window, { holdfast });
later(0);

export {};
