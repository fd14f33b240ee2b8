import type {
  ClockState, CourseRunList, DeadLetterList, LearnerDetail, LearnerList, MessageDetail, MessageList, ModelInUse, Overview,
  QuarantineList, SystemStatus,
} from "./contracts";
import type {
  Corrections, DataGapList, Discards, Drift, Identity, LearnerRole, QuarantinedEventPage, QuarantineSummary, Replays, SourceList,
} from "./data";
import { ApiError, errorOf } from "./errors";
import type {
  AnomalyList, CourseProgress, CourseRunOverview, Heatmap, PatternList, ProgressList, SessionsAnswer, Streak,
} from "./study";

/** How long an answer may take: longer than the gateway itself waits for the services behind it. */
const answerTimeMax = 15_000;
/** The same for changes: the gateway gives those that work read models out anew 30 s. */
const changeTimeMax = 35_000;

export interface LearnerFilter {
  courseRun?: string;
  band?: string;
  state?: string;
  pageToken?: string;
  pageSize?: number;
}

export interface QuarantineFilter {
  source?: string;
  state?: string;
  field?: string;
  problem?: string;
}

/** Which quarantined events a change is for: one by its id, or a page of those that a filter lets through. */
export type QuarantineSelection = { ids: number[] } | { filter: QuarantineFilter; pageSize: number; pageToken?: string };

type Query = Record<string, string | number | undefined>;

/** The public API, and the only place that fetches. */
export class Client {
  constructor(readonly key: string) {}

  overview(courseRun: string | undefined, signal?: AbortSignal): Promise<Overview> {
    return this.get("/v1/overview", { courseRun }, signal);
  }

  learners(filter: LearnerFilter, signal?: AbortSignal): Promise<LearnerList> {
    return this.get("/v1/learners", { ...filter }, signal);
  }

  learner(id: string, signal?: AbortSignal): Promise<LearnerDetail> {
    return this.get(`/v1/learners/${encodeURIComponent(id)}`, {}, signal);
  }

  progress(id: string, courseRun: string, signal?: AbortSignal): Promise<ProgressList> {
    return this.get(`/v1/learners/${encodeURIComponent(id)}/progress`, { courseRun }, signal);
  }

  patterns(id: string, courseRun: string, signal?: AbortSignal): Promise<PatternList> {
    return this.get(`/v1/learners/${encodeURIComponent(id)}/patterns`, { courseRun }, signal);
  }

  sessions(id: string, courseRun: string, since: string, signal?: AbortSignal): Promise<SessionsAnswer> {
    return this.get(`/v1/learners/${encodeURIComponent(id)}/sessions`, { courseRun, since }, signal);
  }

  streak(id: string, signal?: AbortSignal): Promise<Streak> {
    return this.get(`/v1/learners/${encodeURIComponent(id)}/streak`, {}, signal);
  }

  anomalies(filter: { learner?: string; courseRun?: string; kind?: string; open?: string; pageToken?: string }, signal?: AbortSignal): Promise<AnomalyList> {
    return this.get("/v1/anomalies", { ...filter, pageSize: 50 }, signal);
  }

  courseRunOverview(id: string, signal?: AbortSignal): Promise<CourseRunOverview> {
    return this.get(`/v1/course-runs/${encodeURIComponent(id)}/overview`, {}, signal);
  }

  courseProgress(id: string, signal?: AbortSignal): Promise<CourseProgress> {
    return this.get(`/v1/course-runs/${encodeURIComponent(id)}/progress`, {}, signal);
  }

  heatmap(id: string, signal?: AbortSignal): Promise<Heatmap> {
    return this.get(`/v1/course-runs/${encodeURIComponent(id)}/heatmap`, {}, signal);
  }

  courseRuns(signal?: AbortSignal): Promise<CourseRunList> {
    return this.get("/v1/course-runs", {}, signal);
  }

  messages(learner: string | undefined, pageToken: string | undefined, signal?: AbortSignal): Promise<MessageList> {
    return this.get("/v1/messages", { learner, pageToken, pageSize: 50 }, signal);
  }

  message(delivery: string, signal?: AbortSignal): Promise<MessageDetail> {
    return this.get(`/v1/messages/${encodeURIComponent(delivery)}`, {}, signal);
  }

  status(signal?: AbortSignal): Promise<SystemStatus> {
    return this.get("/v1/status", {}, signal);
  }

  sources(pageToken: string, signal?: AbortSignal): Promise<SourceList> {
    return this.get("/v1/sources", { pageSize: 20, pageToken }, signal);
  }

  drift(source: string, signal?: AbortSignal): Promise<Drift> {
    return this.get(`/v1/sources/${encodeURIComponent(source)}/drift`, {}, signal);
  }

  dataGaps(source: string, signal?: AbortSignal): Promise<DataGapList> {
    return this.get("/v1/data-gaps", { source, pageSize: 10 }, signal);
  }

  quarantine(filter: QuarantineFilter, pageToken: string, signal?: AbortSignal): Promise<QuarantineList> {
    return this.get("/v1/quarantine", { ...filter, pageToken, pageSize: 50 }, signal);
  }

  quarantineSummary(filter: QuarantineFilter, signal?: AbortSignal): Promise<QuarantineSummary> {
    return this.get("/v1/quarantine/summary", { ...filter }, signal);
  }

  quarantinedEvent(id: string, signal?: AbortSignal): Promise<QuarantinedEventPage> {
    return this.get(`/v1/quarantine/${encodeURIComponent(id)}`, {}, signal);
  }

  /** `patch` is JSON as it was typed, so that its numbers keep their spelling. */
  correctQuarantine(selection: QuarantineSelection, patch: string): Promise<Corrections> {
    return this.change("POST", "/v1/quarantine/correct", `${JSON.stringify(selection).slice(0, -1)},"patch":${patch}}`);
  }

  replayQuarantine(selection: QuarantineSelection): Promise<Replays> {
    return this.change("POST", "/v1/quarantine/replay", JSON.stringify(selection));
  }

  discardQuarantine(selection: QuarantineSelection, note: string): Promise<Discards> {
    return this.change("POST", "/v1/quarantine/discard", JSON.stringify({ ...selection, note }));
  }

  identity(learner: string, signal?: AbortSignal): Promise<Identity> {
    return this.get(`/v1/learners/${encodeURIComponent(learner)}/identity`, {}, signal);
  }

  setRole(learner: string, role: LearnerRole): Promise<Identity> {
    return this.change("PUT", `/v1/learners/${encodeURIComponent(learner)}/role`, JSON.stringify({ role }));
  }

  merge(survivor: string, merged: string, note: string): Promise<Identity> {
    const order = note === "" ? { merged } : { merged, note };
    return this.change("POST", `/v1/learners/${encodeURIComponent(survivor)}/merge`, JSON.stringify(order));
  }

  unmerge(merged: string): Promise<Identity> {
    return this.change("POST", `/v1/learners/${encodeURIComponent(merged)}/unmerge`, "{}");
  }

  deadLetters(signal?: AbortSignal): Promise<DeadLetterList> {
    return this.get("/v1/dead-letters", {}, signal);
  }

  async replayDeadLetter(service: string, id: number): Promise<void> {
    await this.send("POST", `/v1/dead-letters/${encodeURIComponent(service)}/${id}/replay`, {});
  }

  model(signal?: AbortSignal): Promise<ModelInUse> {
    return this.get("/v1/model", {}, signal);
  }

  clock(signal?: AbortSignal): Promise<ClockState> {
    return this.get("/v1/clock", {}, signal);
  }

  private async get<Answer>(path: string, query: Query, signal?: AbortSignal): Promise<Answer> {
    return this.parsed(path, await this.send("GET", path, query, signal));
  }

  private async change<Answer>(method: string, path: string, body: string): Promise<Answer> {
    return this.parsed(path, await this.send(method, path, {}, undefined, body));
  }

  private parsed<Answer>(path: string, body: string): Answer {
    try {
      return JSON.parse(body) as Answer;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new ApiError("malformed", `${path} answered with something that is not JSON.`);
    }
  }

  private async send(method: string, path: string, query: Query, signal?: AbortSignal, given?: string): Promise<string> {
    const limit = new AbortController();
    const timeMax = method === "GET" ? answerTimeMax : changeTimeMax;
    const timer = setTimeout(() => limit.abort(), timeMax);
    const leave = (): void => limit.abort();
    signal?.addEventListener("abort", leave);
    if (signal?.aborted === true) limit.abort();
    try {
      const answer = await fetch(path + queryString(query), {
        method, signal: limit.signal, cache: "no-store",
        headers: {
          authorization: `Bearer ${this.key}`, accept: "application/json",
          ...(given === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(given === undefined ? {} : { body: given }),
      });
      const body = await answer.text();
      if (!answer.ok) throw errorOf(answer.status, body);
      return body;
    } catch (error) {
      if (error instanceof ApiError || signal?.aborted === true) throw error;
      if (limit.signal.aborted) {
        throw new ApiError("timeout", `The gateway did not answer within ${timeMax / 1000} seconds.`);
      }
      throw new ApiError("network", "The gateway cannot be reached. Is it running, and is this computer online?");
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", leave);
    }
  }
}

export function queryString(query: Query): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") given.set(name, String(value));
  }
  const text = given.toString();
  return text === "" ? "" : `?${text}`;
}
