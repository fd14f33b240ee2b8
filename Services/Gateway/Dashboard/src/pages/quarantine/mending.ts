import type { Client, QuarantineFilter, QuarantineSelection } from "../../api/client";
import { plural } from "../../format";

/** Events a request changes at most; the next page follows with the token of the one before. */
const pageSize = 500;

/** What a change is for: one event by its id, or all that a filter lets through. */
export type Target = { id: number } | { filter: QuarantineFilter };

type Page<Result> = { results: readonly Result[]; nextPageToken: string };

/** Each result of a change, page after page. */
async function all<Result>(target: Target, change: (selection: QuarantineSelection) => Promise<Page<Result>>): Promise<Result[]> {
  if ("id" in target) return [...(await change({ ids: [target.id] })).results];
  const results: Result[] = [];
  let pageToken: string | undefined;
  do {
    const page = await change({ filter: target.filter, pageSize, ...(pageToken === undefined ? {} : { pageToken }) });
    results.push(...page.results);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return results;
}

export async function correct(client: Client, target: Target, patch: string): Promise<string> {
  const results = await all(target, (selection) => client.correctQuarantine(selection, patch));
  const left = results.filter((one) => !one.isCorrected);
  const done = `${plural(results.length - left.length, "event")} corrected; ${results.length - left.length === 1 ? "it goes" : "they go"} in with a replay.`;
  return left[0] === undefined ? done : `${done} ${plural(left.length, "event")} left as before, e.g. ${left[0].id}: ${left[0].reason ?? "no reason given"}`;
}

export async function replay(client: Client, target: Target): Promise<string> {
  const results = await all(target, (selection) => client.replayQuarantine(selection));
  const counts = new Map<string, number>();
  for (const { receipt } of results) counts.set(receipt.status, (counts.get(receipt.status) ?? 0) + 1);
  const words = [...counts].map(([status, count]) => `${count} ${status}`).join(", ");
  const reason = results.find((one) => one.receipt.reason !== undefined)?.receipt.reason;
  return `${plural(results.length, "event")} replayed${words === "" ? "" : `: ${words}`}.${reason === undefined ? "" : ` E.g. ${reason}`}`;
}

export async function discard(client: Client, target: Target, note: string): Promise<string> {
  const ids = await all(target, async (selection) => {
    const page = await client.discardQuarantine(selection, note);
    return { results: page.ids, nextPageToken: page.nextPageToken };
  });
  return `${plural(ids.length, "event")} given up. A replay by id is still possible.`;
}
