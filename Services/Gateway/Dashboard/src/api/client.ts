import type {
  ClockState, CourseRunList, DeadLetterList, LearnerDetail, LearnerList, MessageDetail, MessageList, ModelInUse, Overview,
  QuarantineList, SystemStatus,
} from "./contracts";
import { ApiError, errorOf } from "./errors";
import type {
  AnomalyList, CourseProgress, CourseRunOverview, Heatmap, PatternList, ProgressList, SessionsAnswer, Streak,
} from "./study";

/** How long an answer may take: longer than the gateway itself waits for the services behind it. */
const answerTimeMax = 15_000;

export interface LearnerFilter {
  courseRun?: string;
  band?: string;
  state?: string;
  pageToken?: string;
  pageSize?: number;
}

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

  anomalies(filter: { learner?: string; courseRun?: string }, signal?: AbortSignal): Promise<AnomalyList> {
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

  quarantine(signal?: AbortSignal): Promise<QuarantineList> {
    return this.get("/v1/quarantine", { pageSize: 50 }, signal);
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
    const body = await this.send("GET", path, query, signal);
    try {
      return JSON.parse(body) as Answer;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new ApiError("malformed", `${path} answered with something that is not JSON.`);
    }
  }

  private async send(method: string, path: string, query: Query, signal?: AbortSignal): Promise<string> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), answerTimeMax);
    const leave = (): void => limit.abort();
    signal?.addEventListener("abort", leave);
    if (signal?.aborted === true) limit.abort();
    try {
      const answer = await fetch(path + queryString(query), {
        method, signal: limit.signal, cache: "no-store",
        headers: { authorization: `Bearer ${this.key}`, accept: "application/json" },
      });
      const body = await answer.text();
      if (!answer.ok) throw errorOf(answer.status, body);
      return body;
    } catch (error) {
      if (error instanceof ApiError || signal?.aborted === true) throw error;
      if (limit.signal.aborted) {
        throw new ApiError("timeout", `The gateway did not answer within ${answerTimeMax / 1000} seconds.`);
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
