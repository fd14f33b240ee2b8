import type { LearnerSummary } from "./api/contracts";

/** One row is one learner in one run. */
export const rowKey = (row: LearnerSummary): string => `${row.learner}/${row.courseRun}`;

export interface Rows {
  shown: readonly LearnerSummary[];
  /** The newest order, while it is held back; `undefined` when what is shown is the newest. */
  waiting: readonly LearnerSummary[] | undefined;
}

/**
 * Takes in a page that was read again. While somebody points at or moves through the list, rows keep their places and only
 * their figures change; the new order waits until it is asked for. A row must never slip away under the cursor.
 */
export function mergeRows(rows: Rows, fresh: readonly LearnerSummary[], isHeld: boolean): Rows {
  if (!isHeld || rows.shown.length === 0) return { shown: fresh, waiting: undefined };
  const byKey = new Map(fresh.map((row) => [rowKey(row), row]));
  const shown = rows.shown.map((row) => byKey.get(rowKey(row)) ?? row);
  const isSameOrder =
    shown.length === fresh.length && shown.every((row, index) => rowKey(row) === rowKey(fresh[index] ?? row));
  return { shown, waiting: isSameOrder ? undefined : fresh };
}
