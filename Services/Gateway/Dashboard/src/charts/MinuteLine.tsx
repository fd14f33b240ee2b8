import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { area, curveMonotoneX, line } from "d3-shape";
import { ChartTable } from "../components/Panel";
import { formatCount, formatTime, plural } from "../format";
import { useWidth } from "../hooks/useSize";
import { countTicks, Frame, LabelAxis, ValueAxis } from "./Axes";

const height = 168;

/** Events of each of the last 60 minutes; the newest at the right. */
export function MinuteLine({ values, now }: { values: readonly number[]; now: number }): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const frame: Frame = { width, height, top: 10, right: 10, bottom: 22, left: 36 };
  const most = max(values) ?? 0;
  const x = scaleLinear().domain([0, Math.max(1, values.length - 1)]).range([frame.left, width - frame.right]);
  const y = scaleLinear().domain([0, Math.max(4, most)]).range([height - frame.bottom, frame.top]).nice(3);
  const draw = line<number>().x((_, index) => x(index)).y((value) => y(value)).curve(curveMonotoneX);
  const fill = area<number>().x((_, index) => x(index)).y0(y(0)).y1((value) => y(value)).curve(curveMonotoneX);
  const last = values[values.length - 1] ?? 0;
  const at = (index: number): string => formatTime(now - (values.length - 1 - index) * 60_000);
  const total = values.reduce((sum, value) => sum + value, 0);
  const name = `${plural(total, "event")} in the last ${values.length} minutes, at most ${formatCount(most)} in one; `
    + `${formatCount(last)} in the newest`;
  return (
    <div>
      <div ref={element} className="chart">
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label={name}>
            <ValueAxis frame={frame} scale={y} ticks={countTicks(y, 3)} />
            <path className="area-live" d={fill(values) ?? ""} />
            <path className="line-live" d={draw(values) ?? ""} />
            <circle className="dot-live" cx={x(values.length - 1)} cy={y(last)} r="4" />
            <LabelAxis
              frame={frame}
              labels={[
                { x: frame.left, text: "1 h ago", anchor: "start" }, { x: x(values.length / 2), text: "30 min" },
                { x: width - frame.right, text: "now", anchor: "end" },
              ]}
            />
          </svg>
        )}
      </div>
      <ChartTable
        caption="Events by minute" head={["Minute (UTC)", "Events"]}
        rows={values.map((value, index) => [at(index), formatCount(value)]).reverse()}
      />
    </div>
  );
}
