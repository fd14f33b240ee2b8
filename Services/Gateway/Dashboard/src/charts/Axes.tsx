import type { ScaleLinear } from "d3-scale";
import { formatCount } from "../format";

/** Where a chart's figures go, in CSS pixels. */
export interface Frame {
  width: number;
  height: number;
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** Horizontal lines with their values at the left. */
export function ValueAxis(
  { frame, scale, ticks, format = formatCount }: {
    frame: Frame; scale: ScaleLinear; ticks: readonly number[]; format?: (value: number) => string;
  },
): JSX.Element {
  return (
    <g className="axis">
      {ticks.map((tick) => (
        <g key={tick} transform={`translate(0,${scale(tick)})`}>
          <line x1={frame.left} x2={frame.width - frame.right} />
          <text x={frame.left - 6} dy="0.32em" textAnchor="end">{format(tick)}</text>
        </g>
      ))}
    </g>
  );
}

/** Words below a chart, each at its own place. */
export function LabelAxis(
  { frame, labels }: { frame: Frame; labels: readonly { x: number; text: string; anchor?: "start" | "middle" | "end" }[] },
): JSX.Element {
  return (
    <g className="axis axis-labels" transform={`translate(0,${frame.height - frame.bottom + 14})`}>
      {labels.map(({ x, text, anchor }) => (
        <text key={`${x} ${text}`} x={x} textAnchor={anchor ?? "middle"}>{text}</text>
      ))}
    </g>
  );
}

/** Few whole numbers for an axis of counts; a chart of nothing still has a 0 and a 1. */
export function countTicks(scale: ScaleLinear, about: number): number[] {
  return scale.ticks(about).filter((tick) => Number.isInteger(tick));
}
