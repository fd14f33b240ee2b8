import type { Client } from "./client";
import { asApiError } from "./errors";

/** Pages of the learner list that are read for names at most; whoever is beyond is called by a short id. */
const pagesMax = 4;
const pageSize = 500;
/** Between two looks for a name that was not in the list before. */
const pause = 30_000;

/** The names of learners, for facts and mails, which carry ids alone. Filled from the list of learners. */
export class NameBook {
  private readonly names = new Map<string, string>();
  private readonly listeners = new Set<() => void>();
  private revision = 0;
  private readAt = 0;
  private isReading = false;

  constructor(private readonly client: Client) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): number => this.revision;

  get(learner: string): string | undefined {
    const name = this.names.get(learner);
    if (name === undefined && !this.isReading && Date.now() - this.readAt > pause) {
      this.isReading = true;
      void this.fill();
    }
    return name;
  }

  learn(people: Iterable<{ learner: string; name?: string }>): void {
    let isNews = false;
    for (const { learner, name } of people) {
      if (name === undefined || this.names.get(learner) === name) continue;
      this.names.set(learner, name);
      isNews = true;
    }
    if (!isNews) return;
    this.revision += 1;
    for (const listener of this.listeners) listener();
  }

  private async fill(): Promise<void> {
    // Asked while a page is drawn, so nothing may be told to listeners before that is over.
    await Promise.resolve();
    try {
      let pageToken = "";
      for (let page = 0; page < pagesMax; page += 1) {
        const answer = await this.client.learners({ pageSize, pageToken });
        this.learn(answer.learners);
        pageToken = answer.nextPageToken;
        if (pageToken === "") break;
      }
    } catch (error) {
      // Names are a convenience: learners are called by their ids meanwhile, and the page itself says what is down.
      console.warn("names of learners cannot be read:", asApiError(error).message);
    } finally {
      this.readAt = Date.now();
      this.isReading = false;
    }
  }
}
