import { scaleLinear, scaleUtc } from "d3-scale";
import { PointerEvent, useState } from "react";
import { ChartTable } from "../components/Panel";
import { formatCount, formatDay, formatDayTime, formatRisk, formatWeekday, millis, plural } from "../format";
import { useWidth } from "../hooks/useSize";
import { bandWords } from "../words";
import { Frame, LabelAxis } from "./Axes";
import { eventsOn, Mark, riskAt, Timeline } from "./timelineModel";
import { Deadlines, DayTrack, MarkTrack, RiskTrack, tracks } from "./timelineTracks";

/** What a learner did, what it meant, what was sent and what came of it: four tracks on one time axis. */
export function LearnerTimeline({ timeline }: { timeline: Timeline }): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const [mark, setMark] = useState<Mark>();
  const [pointed, setPointed] = useState<number>();
  const frame: Frame = { width, height: tracks.height, top: 0, right: 14, bottom: 24, left: 68 };
  const right = width - frame.right;
  const x = scaleUtc().domain([timeline.from, timeline.to]).range([frame.left, right]).clamp(true);
  const risk = scaleLinear().domain([0, 1]).range([tracks.riskBottom, tracks.riskTop]);
  const most = Math.max(4, ...timeline.days.map((day) => day.eventCount));
  const days = scaleLinear().domain([0, most]).range([tracks.daysBottom, tracks.daysTop]);
  const ticks = x.ticks(Math.max(3, Math.floor(width / 110)));
  const point = (event: PointerEvent<SVGRectElement>): void => {
    const left = event.currentTarget.ownerSVGElement?.getBoundingClientRect().left ?? 0;
    setPointed(x.invert(event.clientX - left).getTime());
  };
  const at = mark?.at ?? pointed;
  return (
    <div>
      <div ref={element} className="chart timeline">
        {width > 0 && (
          <svg width={width} height={tracks.height} role="group" aria-label={describe(timeline)}>
            <RiskTrack frame={frame} x={x} y={risk} points={timeline.points} />
            <Deadlines frame={frame} x={x} timeline={timeline} />
            <DayTrack frame={frame} x={x} y={days} timeline={timeline} most={most} />
            {at !== undefined && <line className="crosshair" x1={x(at)} x2={x(at)} y1={tracks.riskTop} y2={tracks.height - 24} />}
            <rect
              className="pointer-ground" x={frame.left} width={Math.max(0, right - frame.left)} y={0} height={tracks.lanesTop}
              onPointerMove={point} onPointerLeave={() => setPointed(undefined)}
            />
            <MarkTrack frame={frame} x={x} marks={timeline.marks} onMark={setMark} />
            <LabelAxis frame={frame} labels={ticks.map((tick) => ({ x: x(tick), text: formatDay(tick.getTime()) }))} />
          </svg>
        )}
        {at !== undefined && (
          <div
            className={x(at) > width / 2 ? "tooltip tooltip-left" : "tooltip"} role="presentation"
            style={{ left: x(at), top: mark === undefined ? tracks.riskTop : tracks.daysTop }}
          >
            {mark === undefined ? <DayTip timeline={timeline} time={at} /> : mark.words}
          </div>
        )}
      </div>
      <div className="chart-tables">
        <ChartTable
          caption="Risk and activity by day" head={["Day (UTC)", "Risk", "Band", "Events"]} rows={dayRows(timeline)}
        />
      </div>
    </div>
  );
}

function DayTip({ timeline, time }: { timeline: Timeline; time: number }): JSX.Element {
  const point = riskAt(timeline.points, time);
  return (
    <>
      <strong>{formatWeekday(time)}</strong>
      <br />
      {point === undefined ? "no score yet" : `risk ${formatRisk(point.score)}, ${bandWords[point.band].toLowerCase()}`}
      <br />
      {plural(eventsOn(timeline.days, time), "event")}
    </>
  );
}

function describe(timeline: Timeline): string {
  const last = timeline.points[timeline.points.length - 1];
  const risk = last === undefined ? "no score yet" : `risk ${formatRisk(last.score)} at last, ${bandWords[last.band].toLowerCase()}`;
  const count = (lane: Mark["lane"]): number => timeline.marks.filter((mark) => mark.lane === lane).length;
  return `From ${formatDay(timeline.from)} to ${formatDayTime(timeline.to)}: ${risk}; `
    + `${plural(count("nudges"), "nudge")}, ${plural(count("deliveries"), "mail")}, ${plural(count("returns"), "return")}`;
}

function dayRows(timeline: Timeline): string[][] {
  const days = new Set<number>([
    ...timeline.days.map((day) => millis(day.day)),
    ...timeline.points.map((point) => Math.floor(millis(point.scoredAt) / 86_400_000) * 86_400_000),
  ]);
  return [...days].sort((left, right) => right - left).map((day) => {
    const point = riskAt(timeline.points, day + 86_399_999);
    return [
      formatWeekday(day), point === undefined ? "–" : formatRisk(point.score),
      point === undefined ? "–" : bandWords[point.band], formatCount(eventsOn(timeline.days, day)),
    ];
  });
}
