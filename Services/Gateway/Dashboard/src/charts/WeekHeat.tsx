import { max, sum } from "d3-array";
import { ChartTable } from "../components/Panel";
import { formatCount, plural } from "../format";
import { useWidth } from "../hooks/useSize";

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const hourLabels = [0, 6, 12, 18];
const hourWords = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

interface Props {
  /** 7 weekdays, Monday first, of 24 hours each. */
  week: readonly (readonly number[])[];
  timeZone: string;
  /** What is counted, e.g. `event`. */
  what: string;
}

/** When in the week something happens: a row a weekday, a column an hour; the darker, the more. */
export function WeekHeat({ week, timeZone, what }: Props): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const left = 36;
  const top = 18;
  const row = 18;
  const column = Math.max(1, (width - left) / 24);
  const most = max(week.flat()) ?? 0;
  const total = sum(week.flat());
  const busiest = week.flatMap((day, weekday) => day.map((count, hour) => ({ weekday, hour, count })))
    .reduce((best, one) => (one.count > best.count ? one : best), { weekday: 0, hour: 0, count: 0 });
  const place = `${weekdays[busiest.weekday] ?? ""} at ${hourWords(busiest.hour)}`;
  return (
    <div>
      <div ref={element} className="chart">
        {width > 0 && (
          <svg
            width={width} height={top + 7 * row} role="img"
            aria-label={`${plural(total, what)} by weekday and hour in ${timeZone}${total > 0 ? `, most on ${place}` : ""}`}
          >
            <g className="axis axis-labels">
              {hourLabels.map((hour) => <text key={hour} x={left + hour * column} y={11}>{hourWords(hour)}</text>)}
              {weekdays.map((day, index) => <text key={day} x={0} y={top + index * row + row * 0.68}>{day.slice(0, 2)}</text>)}
            </g>
            {week.map((day, weekday) => day.map((count, hour) => (
              <rect
                key={`${weekday} ${hour}`} className={count === 0 ? "heat-none" : "heat"}
                fillOpacity={count === 0 ? undefined : 0.12 + 0.88 * Math.sqrt(count / most)}
                x={left + hour * column} y={top + weekday * row} width={Math.max(1, column - 2)} height={row - 2} rx={2}
              >
                <title>{`${weekdays[weekday] ?? ""} ${hourWords(hour)}: ${plural(count, what)}`}</title>
              </rect>
            )))}
          </svg>
        )}
      </div>
      <ChartTable
        caption={`${what}s by weekday and part of the day`} head={["Weekday", "0 to 6", "6 to 12", "12 to 18", "18 to 24"]}
        rows={week.map((day, weekday) => [
          weekdays[weekday] ?? "", ...hourLabels.map((from) => formatCount(sum(day.slice(from, from + 6)))),
        ])}
      />
    </div>
  );
}

/** Numbers of the hours of a week, Monday midnight first, as rows of a week. */
export const weekOf = (hours: readonly number[]): number[][] =>
  weekdays.map((_, day) => hours.slice(day * 24, day * 24 + 24));
