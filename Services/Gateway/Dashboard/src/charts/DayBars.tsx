import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { ChartTable } from "../components/Panel";
import { dayLength, formatCount, formatDay, formatWeekday, plural } from "../format";
import { useWidth } from "../hooks/useSize";
import { countTicks, Frame, LabelAxis, ValueAxis } from "./Axes";

interface Props {
  /** Counts of the last UTC days, oldest first; the last is today. */
  values: readonly number[];
  now: number;
  /** What is counted, e.g. `event`. */
  what: string;
  height?: number;
}

/** One bar a day; today's is lighter, for it is not over. */
export function DayBars({ values, now, what, height = 120 }: Props): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const frame: Frame = { width, height, top: 8, right: 4, bottom: 22, left: 40 };
  const most = max(values) ?? 0;
  const y = scaleLinear().domain([0, Math.max(2, most)]).range([height - frame.bottom, frame.top]).nice(2);
  const step = (width - frame.left - frame.right) / Math.max(1, values.length);
  const today = Math.floor(now / dayLength) * dayLength;
  const day = (index: number): number => today - (values.length - 1 - index) * dayLength;
  const total = values.reduce((sum, value) => sum + value, 0);
  const middle = Math.floor(values.length / 2);
  return (
    <div>
      <div ref={element} className="chart">
        {width > 0 && (
          <svg
            width={width} height={height} role="img"
            aria-label={`${plural(total, what)} in ${values.length} days, at most ${formatCount(most)} in one day`}
          >
            <ValueAxis frame={frame} scale={y} ticks={countTicks(y, 2)} />
            {values.map((value, index) => (
              <rect
                key={index} className={index === values.length - 1 ? "bar bar-open" : "bar"}
                x={frame.left + index * step + step * 0.12} width={Math.max(1, step * 0.76)}
                y={y(value)} height={Math.max(0, y(0) - y(value))} rx={Math.min(1.5, step * 0.2)}
              >
                <title>{`${formatWeekday(day(index))}: ${plural(value, what)}`}</title>
              </rect>
            ))}
            <LabelAxis
              frame={frame}
              labels={[
                { x: frame.left, text: formatDay(day(0)), anchor: "start" },
                { x: frame.left + (middle + 0.5) * step, text: formatDay(day(middle)) },
                { x: width - frame.right, text: "today", anchor: "end" },
              ]}
            />
          </svg>
        )}
      </div>
      <ChartTable
        caption={`${what}s by day`} head={["Day (UTC)", `${what.charAt(0).toUpperCase()}${what.slice(1)}s`]}
        rows={values.map((value, index) => [formatWeekday(day(index)), formatCount(value)]).reverse()}
      />
    </div>
  );
}
