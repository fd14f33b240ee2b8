import type { ReturnCount } from "./api/contracts";
import { learnersToCompare } from "./theme";

export interface Interval {
  low: number;
  high: number;
}

/** Normal quantile for 95 %. */
const z = 1.959964;

/** Wilson's 95 % interval of a rate; it stays in 0...1 and is honest about small numbers. */
export function wilson(count: ReturnCount): Interval {
  const n = count.learners;
  if (n === 0) return { low: 0, high: 1 };
  const rate = count.returned / n;
  const middle = rate + (z * z) / (2 * n);
  const spread = z * Math.sqrt((rate * (1 - rate)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return { low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}

export type Comparison =
  | { is: "tooFew"; treated: number; holdout: number }
  | { is: "compared"; difference: number; interval: Interval; mayBeChance: boolean };

/** Return rate with a nudge less that without, with Newcombe's 95 % interval; nothing at all while either side is small. */
export function compareReturns(treated: ReturnCount, holdout: ReturnCount): Comparison {
  if (treated.learners < learnersToCompare || holdout.learners < learnersToCompare) {
    return { is: "tooFew", treated: treated.learners, holdout: holdout.learners };
  }
  const [a, b] = [treated.returned / treated.learners, holdout.returned / holdout.learners];
  const [x, y] = [wilson(treated), wilson(holdout)];
  const interval = {
    low: a - b - Math.hypot(a - x.low, y.high - b),
    high: a - b + Math.hypot(x.high - a, b - y.low),
  };
  return { is: "compared", difference: a - b, interval, mayBeChance: interval.low <= 0 && interval.high >= 0 };
}
