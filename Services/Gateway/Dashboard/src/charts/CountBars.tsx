import type { ReactNode } from "react";
import { formatCount } from "../format";

export interface CountRow {
  key: string;
  label: ReactNode;
  count: number;
  /** A class that colours the bar. */
  style?: string;
  title?: string;
}

/** Named counts with a bar each, to the same scale. A list, so it needs no table beside it. */
export function CountBars({ rows, total }: { rows: readonly CountRow[]; total?: number }): JSX.Element {
  const most = total ?? Math.max(1, ...rows.map((row) => row.count));
  return (
    <ul className="count-bars">
      {rows.map((row) => (
        <li key={row.key} title={row.title}>
          <span className="count-label">{row.label}</span>
          <svg className="count-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
            <rect className="meter-track" width="100" height="6" />
            <rect className={row.style ?? "bar"} width={most === 0 ? 0 : (row.count / most) * 100} height="6" />
          </svg>
          <span className="count-number">{formatCount(row.count)}</span>
        </li>
      ))}
    </ul>
  );
}
