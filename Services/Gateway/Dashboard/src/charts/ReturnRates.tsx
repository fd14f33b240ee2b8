import { scaleLinear } from "d3-scale";
import type { NudgingOverview, ReturnCount } from "../api/contracts";
import { ChartTable } from "../components/Panel";
import { formatCount, formatShare, plural } from "../format";
import { useWidth } from "../hooks/useSize";
import { Comparison, compareReturns, wilson } from "../statistics";
import { learnersToCompare } from "../theme";
import { Frame, LabelAxis } from "./Axes";

const height = 104;

/** Who came back with a nudge and who without, each with its uncertainty, and what may be said of the difference. */
export function ReturnRates({ nudging }: { nudging: NudgingOverview }): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const frame: Frame = { width, height, top: 6, right: 12, bottom: 22, left: 12 };
  const x = scaleLinear().domain([0, 1]).range([frame.left, width - frame.right]);
  const groups = [
    { name: "With a nudge", style: "rate-treated", count: nudging.treated, y: 28 },
    { name: "Held out", style: "rate-holdout", count: nudging.holdout, y: 68 },
  ];
  const comparison = compareReturns(nudging.treated, nudging.holdout);
  return (
    <div>
      <p className="verdict">{verdict(comparison)}</p>
      <div ref={element} className="chart">
        {width > 0 && (
          <svg
            width={width} height={height} role="img"
            aria-label={groups.map((group) => `${group.name}: ${rateWords(group.count)}`).join("; ")}
          >
            <g className="axis">
              {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
                <line key={tick} x1={x(tick)} x2={x(tick)} y1={frame.top} y2={height - frame.bottom} />
              ))}
            </g>
            {groups.map((group) => <Rate key={group.name} {...group} x={x} start={frame.left} />)}
            <LabelAxis
              frame={frame}
              labels={[0, 0.5, 1].map((tick) => ({
                x: x(tick), text: formatShare(tick),
                anchor: tick === 0 ? "start" as const : tick === 1 ? "end" as const : "middle" as const,
              }))}
            />
          </svg>
        )}
      </div>
      <ChartTable
        caption="Return rates" head={["Group", "Window over", "Came back", "Rate", "95 % interval"]}
        rows={groups.map(({ name, count }) => [
          name, formatCount(count.learners), formatCount(count.returned),
          count.learners === 0 ? "–" : formatShare(count.returned / count.learners),
          count.learners === 0 ? "–" : `${formatShare(wilson(count).low)} to ${formatShare(wilson(count).high)}`,
        ])}
      />
    </div>
  );
}

function Rate({ name, style, count, y, x, start }: {
  name: string; style: string; count: ReturnCount; y: number; x: (value: number) => number; start: number;
}): JSX.Element {
  const interval = wilson(count);
  return (
    <g className={style}>
      <text className="rate-name" x={start} y={y - 12}>{`${name}: ${rateWords(count)}`}</text>
      {count.learners > 0 && (
        <>
          <line className="rate-interval" x1={x(interval.low)} x2={x(interval.high)} y1={y} y2={y} />
          <circle className="rate-dot" cx={x(count.returned / count.learners)} cy={y} r="5.5" />
        </>
      )}
    </g>
  );
}

function rateWords({ learners, returned }: ReturnCount): string {
  if (learners === 0) return "none whose window is over";
  return `${formatCount(returned)} of ${formatCount(learners)} came back (${formatShare(returned / learners)})`;
}

const points = (share: number): string =>
  `${share < 0 ? "\u2212" : "+"}${Math.abs(Math.round(share * 100))}`;

function verdict(comparison: Comparison): string {
  if (comparison.is === "tooFew") {
    const side = comparison.holdout < learnersToCompare ? comparison.holdout : comparison.treated;
    const who = comparison.holdout < learnersToCompare ? "held out" : "nudged";
    return `Too few to say: ${plural(side, "learner")} ${who}, and a comparison needs ${learnersToCompare} on each side.`;
  }
  const { low, high } = comparison.interval;
  const range = `${points(comparison.difference)} points (95 % interval ${points(low)} to ${points(high)})`;
  if (comparison.mayBeChance) return `${range}: this may be chance.`;
  return comparison.difference > 0
    ? `${range}: more come back with a nudge than without.`
    : `${range}: fewer come back with a nudge than without. Look into the policy.`;
}
