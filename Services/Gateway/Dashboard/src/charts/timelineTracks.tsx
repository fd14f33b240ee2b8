import type { ScaleLinear, ScaleUtc } from "d3-scale";
import { curveMonotoneX, line } from "d3-shape";
import { RiskPoint, riskBands } from "../api/contracts";
import { dayLength, formatCount, formatWeekday, millis } from "../format";
import { bandClass, bandFloors } from "../theme";
import { bandWords } from "../words";
import { Frame } from "./Axes";
import { Lane, lanes, Mark, Timeline } from "./timelineModel";

/** Where each track stands, in CSS pixels from the top. */
export const tracks = { riskTop: 10, riskBottom: 170, daysTop: 204, daysBottom: 268, lanesTop: 282, lane: 26, height: 386 };

const laneNames: Record<Lane, string> = { nudges: "Nudges", deliveries: "Mails", returns: "Returns" };

/** Risk as a line over the bands that it runs through. */
export function RiskTrack(
  { frame, x, y, points }: { frame: Frame; x: ScaleUtc; y: ScaleLinear; points: readonly RiskPoint[] },
): JSX.Element {
  const draw = line<RiskPoint>()
    .x((point) => x(millis(point.scoredAt))).y((point) => y(point.score)).curve(curveMonotoneX);
  const last = points[points.length - 1];
  const right = frame.width - frame.right;
  return (
    <g>
      {riskBands.map((band, index) => {
        const above = riskBands[index + 1];
        const top = y(above === undefined ? 1 : bandFloors[above]);
        const bottom = y(bandFloors[band]);
        return (
          <g key={band}>
            <rect className={`band-ground ${bandClass(band)}`} x={frame.left} width={right - frame.left} y={top} height={bottom - top} />
            <text className="track-label" x={frame.left - 8} y={(top + bottom) / 2} dy="0.32em" textAnchor="end">
              {bandWords[band]}
            </text>
          </g>
        );
      })}
      {points.length === 0 && (
        <text className="track-empty" x={(frame.left + right) / 2} y={y(0.5)} textAnchor="middle">No score yet</text>
      )}
      <path className="line-risk" d={draw(points) ?? ""} />
      {last !== undefined && (
        <>
          <line className="line-risk line-open" x1={x(millis(last.scoredAt))} x2={right} y1={y(last.score)} y2={y(last.score)} />
          <circle className={`risk-end ${bandClass(last.band)}`} cx={x(millis(last.scoredAt))} cy={y(last.score)} r="4.5" />
        </>
      )}
    </g>
  );
}

/** One bar for each UTC day with activity. */
export function DayTrack(
  { frame, x, y, timeline, most }: { frame: Frame; x: ScaleUtc; y: ScaleLinear; timeline: Timeline; most: number },
): JSX.Element {
  const width = Math.max(1.5, (x(timeline.from + dayLength) - x(timeline.from)) * 0.72);
  return (
    <g>
      <line className="track-base" x1={frame.left} x2={frame.width - frame.right} y1={tracks.daysBottom} y2={tracks.daysBottom} />
      <text className="track-label" x={frame.left - 8} y={tracks.daysTop} dy="0.7em" textAnchor="end">{formatCount(most)}</text>
      <text className="track-label" x={frame.left - 8} y={(tracks.daysTop + tracks.daysBottom) / 2} dy="0.6em" textAnchor="end">
        Events
      </text>
      {timeline.days.map((day) => {
        const left = x(millis(day.day)) + width * 0.16;
        const isBefore = left + width < frame.left;
        return isBefore ? null : (
          <rect
            key={day.day} className="bar" x={Math.max(frame.left, left)} width={width} y={y(day.eventCount)}
            height={Math.max(1, y(0) - y(day.eventCount))} rx="1"
          >
            <title>{`${formatWeekday(day.day)}: ${formatCount(day.eventCount)} events`}</title>
          </rect>
        );
      })}
    </g>
  );
}

/** Least distance between two deadlines whose names are written beside them, in px. */
const nameRoom = 120;

/** Deadlines of the course, behind everything. */
export function Deadlines({ frame, x, timeline }: { frame: Frame; x: ScaleUtc; timeline: Timeline }): JSX.Element {
  const places = timeline.deadlines.map(({ dueAt }) => x(millis(dueAt)));
  const isRoomy = places.every((place, index) => place - (places[index - 1] ?? -nameRoom) >= nameRoom);
  const isAtEnd = (dueAt: string): boolean => x(millis(dueAt)) > frame.width - frame.right - nameRoom;
  return (
    <g className="deadlines">
      {timeline.deadlines.map(({ id, title, dueAt }) => (
        <g key={id} transform={`translate(${x(millis(dueAt))},0)`}>
          <line y1={tracks.riskTop} y2={tracks.daysBottom} />
          <path d={`M-4,${tracks.riskBottom + 6}h8l-4,6z`} />
          {isRoomy && (
            <text x={isAtEnd(dueAt) ? -8 : 8} y={tracks.riskBottom + 14} textAnchor={isAtEnd(dueAt) ? "end" : "start"}>
              {title}
            </text>
          )}
          <title>{`${title} was due ${formatWeekday(dueAt)}`}</title>
        </g>
      ))}
    </g>
  );
}

/** What was sent and what came of it; every mark can be reached by keyboard. */
export function MarkTrack({ frame, x, marks, onMark }: {
  frame: Frame; x: ScaleUtc; marks: readonly Mark[]; onMark: (mark: Mark | undefined) => void;
}): JSX.Element {
  const middle = (lane: Lane): number => tracks.lanesTop + (lanes.indexOf(lane) + 0.5) * tracks.lane;
  return (
    <g>
      {lanes.map((lane) => (
        <g key={lane}>
          <line className="track-base" x1={frame.left} x2={frame.width - frame.right} y1={middle(lane)} y2={middle(lane)} />
          <text className="track-label" x={frame.left - 8} y={middle(lane)} dy="0.32em" textAnchor="end">{laneNames[lane]}</text>
        </g>
      ))}
      {marks.map((mark) => (
        <g key={mark.id}>
          {mark.since !== undefined && (
            <line className="return-span" x1={x(mark.since)} x2={x(mark.at)} y1={middle("returns")} y2={middle("returns")} />
          )}
          <g
            className={`mark mark-${mark.lane}${mark.isHollow ? " mark-hollow" : ""}`} tabIndex={0} role="img"
            aria-label={mark.words} transform={`translate(${x(mark.at)},${middle(mark.lane)})`}
            onFocus={() => onMark(mark)} onBlur={() => onMark(undefined)}
            onPointerEnter={() => onMark(mark)} onPointerLeave={() => onMark(undefined)}
          >
            <circle className="mark-target" r="13" />
            <path d={shapes[mark.lane]} />
          </g>
        </g>
      ))}
    </g>
  );
}

/** Told apart by shape, not by colour: a diamond, an envelope, a ring with an arrow's head. */
const shapes: Record<Lane, string> = {
  nudges: "M0,-7L7,0L0,7L-7,0Z",
  deliveries: "M-7,-5H7V5H-7ZM-7,-5L0,1L7,-5",
  returns: "M0,-7L7,5H-7Z",
};
