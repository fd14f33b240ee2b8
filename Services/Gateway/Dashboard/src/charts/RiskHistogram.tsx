import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { RiskBand, riskBands } from "../api/contracts";
import { ChartTable } from "../components/Panel";
import { formatCount, plural } from "../format";
import { useWidth } from "../hooks/useSize";
import { bandClass, bandFloors } from "../theme";
import { bandWords } from "../words";
import { countTicks, Frame, LabelAxis, ValueAxis } from "./Axes";

const height = 140;

/** Enrollments by risk, in equal steps from 0 to 100; each bar in the colour of the band that its risk belongs to. */
export function RiskHistogram({ histogram }: { histogram: readonly number[] }): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const frame: Frame = { width, height, top: 8, right: 6, bottom: 22, left: 36 };
  const steps = Math.max(1, histogram.length);
  const x = scaleLinear().domain([0, 1]).range([frame.left, width - frame.right]);
  const y = scaleLinear().domain([0, Math.max(2, max(histogram) ?? 0)]).range([height - frame.bottom, frame.top]).nice(3);
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const range = (index: number): string => `${Math.round((index / steps) * 100)}–${Math.round(((index + 1) / steps) * 100)}`;
  return (
    <div>
      <div ref={element} className="chart">
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label={`${plural(total, "enrollment")} by risk score`}>
            <ValueAxis frame={frame} scale={y} ticks={countTicks(y, 3)} />
            {riskBands.slice(1).map((band) => (
              <line
                key={band} className="bound" x1={x(bandFloors[band])} x2={x(bandFloors[band])} y1={frame.top}
                y2={height - frame.bottom}
              />
            ))}
            {histogram.map((count, index) => (
              <rect
                key={index} className={`band-fill ${bandClass(bandAt((index + 0.5) / steps))}`}
                x={x(index / steps) + 1} width={Math.max(1, x((index + 1) / steps) - x(index / steps) - 2)}
                y={y(count)} height={Math.max(0, y(0) - y(count))} rx="1.5"
              >
                <title>{`Risk ${range(index)}: ${plural(count, "enrollment")}`}</title>
              </rect>
            ))}
            <LabelAxis
              frame={frame}
              labels={[0, 0.2, 0.4, 0.7, 1].map((risk) => ({
                x: x(risk), text: String(Math.round(risk * 100)),
                anchor: risk === 0 ? "start" as const : risk === 1 ? "end" as const : "middle" as const,
              }))}
            />
          </svg>
        )}
      </div>
      <ChartTable
        caption="Enrollments by risk score" head={["Risk", "Band", "Enrollments"]}
        rows={histogram.map((count, index) => [
          range(index), bandWords[bandAt((index + 0.5) / steps)], formatCount(count),
        ])}
      />
    </div>
  );
}

/** The band that a score belongs to by its bounds alone; a standing band falls more slowly. */
function bandAt(score: number): RiskBand {
  return [...riskBands].reverse().find((band) => score >= bandFloors[band]) ?? "low";
}
