import { ChartTable } from "../components/Panel";
import { useWidth } from "../hooks/useSize";

const weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const hourLabels = [0, 6, 12, 18];
const hourWords = (hour: number): string => `${String(hour).padStart(2, "0")}:00`;

/** The hours of the week, Monday 0:00 UTC first, in which a source usually speaks: 7 rows of 24 cells. */
export function UsualHours({ hours, source }: { hours: readonly number[]; source: string }): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const left = 30;
  const top = 16;
  const row = 13;
  const column = Math.max(1, (width - left) / 24);
  const usual = new Set(hours);
  const caption = `Usual hours of ${source}, UTC`;
  return (
    <div className="usual-hours">
      <div ref={element} className="chart">
        {width > 0 && (
          <svg width={width} height={top + 7 * row} role="img" aria-label={`${caption}: ${usual.size} of 168 hours of the week`}>
            <g className="axis axis-labels">
              {hourLabels.map((hour) => <text key={hour} x={left + hour * column} y={10}>{hourWords(hour)}</text>)}
              {weekdays.map((day, index) => <text key={day} x={0} y={top + index * row + 10}>{day.slice(0, 2)}</text>)}
            </g>
            {Array.from({ length: 168 }, (_, hour) => (
              <rect
                key={hour} className={usual.has(hour) ? "heat" : "heat-none"} x={left + (hour % 24) * column}
                y={top + Math.floor(hour / 24) * row} width={Math.max(1, column - 2)} height={row - 2} rx={2}
              />
            ))}
          </svg>
        )}
      </div>
      <ChartTable
        caption={caption} head={["Weekday", "Hours in which it is heard"]}
        rows={weekdays.map((day, index) => [day, spans(usual, index)])}
      />
    </div>
  );
}

/** `08:00 to 12:00, 14:00 to 18:00`. */
function spans(usual: ReadonlySet<number>, weekday: number): string {
  const found: string[] = [];
  let from: number | undefined;
  for (let hour = 0; hour <= 24; hour += 1) {
    const isUsual = hour < 24 && usual.has(weekday * 24 + hour);
    if (isUsual && from === undefined) from = hour;
    if (isUsual || from === undefined) continue;
    found.push(`${hourWords(from)} to ${hourWords(hour)}`);
    from = undefined;
  }
  return found.length === 0 ? "none" : found.join(", ");
}
