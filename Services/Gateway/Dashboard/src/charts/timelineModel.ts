import type {
  ActivityDay, CourseRunDefinition, Delivery, LearnerDetail, NudgeDecision, NudgeRecord, PlannedAssessment, RiskPoint,
} from "../api/contracts";
import { dayLength, formatDayTime, formatSpan, millis } from "../format";
import { deliveryReason, deliveryWords, kindWords, nudgeOutcome } from "../words";

export type Lane = "nudges" | "deliveries" | "returns";
export const lanes: readonly Lane[] = ["nudges", "deliveries", "returns"];

/** One thing that happened, at its place on the time axis. */
export interface Mark {
  id: string;
  lane: Lane;
  at: number;
  /** For a return: when the nudge was sent that it followed. */
  since?: number;
  /** Drawn hollow: it did not reach the learner. */
  isHollow: boolean;
  words: string;
}

export interface Timeline {
  from: number;
  to: number;
  points: readonly RiskPoint[];
  days: readonly ActivityDay[];
  marks: readonly Mark[];
  deadlines: readonly PlannedAssessment[];
}

/** Everything that is known of one learner in one run, on one axis. */
export function timelineOf(
  page: LearnerDetail, courseRun: string | undefined, run: CourseRunDefinition | undefined, now: number,
): Timeline {
  const points = courseRun === undefined ? [] : page.riskHistory[courseRun] ?? [];
  const isHere = (other: string | undefined): boolean => other === undefined || other === courseRun;
  const marks = [
    ...page.nudges.filter((nudge) => isHere(nudge.courseRun)).flatMap(nudgeMarks),
    ...page.decisions.filter((decision) => isHere(decision.courseRun) && decision.outcome === "holdout").map(holdoutMark),
    ...page.deliveries.filter((delivery) => isHere(delivery.courseRun)).map(deliveryMark),
  ].sort((left, right) => left.at - right.at);
  const enrolled = page.enrollments.find((enrollment) => enrollment.courseRun === courseRun)?.enrolledAt;
  const starts = [
    ...(run === undefined ? [] : [millis(run.startsAt)]),
    ...(enrolled === undefined ? [] : [millis(enrolled)]),
    ...page.days.slice(0, 1).map((day) => millis(day.day)),
    ...points.slice(0, 1).map((point) => millis(point.scoredAt)),
  ].filter((start) => start > now - 400 * dayLength && start < now);
  const from = Math.min(now - 14 * dayLength, ...starts);
  return {
    from: Math.floor(from / dayLength) * dayLength,
    to: now,
    points,
    days: page.days.filter((day) => millis(day.day) >= from - dayLength),
    marks,
    deadlines: (run?.assessments ?? []).filter(({ dueAt }) => millis(dueAt) >= from && millis(dueAt) <= now),
  };
}

function nudgeMarks(nudge: NudgeRecord): Mark[] {
  const at = millis(nudge.decidedAt);
  const mark: Mark = {
    id: `nudge ${nudge.nudge}`, lane: "nudges", at, isHollow: false,
    words: `${kindWords[nudge.kind] ?? nudge.kind} decided ${formatDayTime(at)}: ${nudgeOutcome(nudge)}`,
  };
  if (nudge.returnedAt === undefined) return [mark];
  const since = millis(nudge.deliveredAt ?? nudge.decidedAt);
  const back = millis(nudge.returnedAt);
  return [mark, {
    id: `return ${nudge.nudge}`, lane: "returns", at: back, since, isHollow: false,
    words: `Came back ${formatDayTime(back)}, ${formatSpan(back - since)} after the nudge`,
  }];
}

function holdoutMark(decision: NudgeDecision): Mark {
  const at = millis(decision.decidedAt);
  return {
    id: `holdout ${decision.nudge}`, lane: "nudges", at, isHollow: true,
    words: `Held out for comparison ${formatDayTime(at)}: a ${(kindWords[decision.kind] ?? decision.kind).toLowerCase()} was not sent`,
  };
}

function deliveryMark(delivery: Delivery): Mark {
  const at = millis(delivery.changedAt);
  const reason = delivery.reason === undefined ? "" : `, ${deliveryReason(delivery.reason)}`;
  return {
    id: `delivery ${delivery.delivery}`, lane: "deliveries", at, isHollow: delivery.state !== "sent",
    words: `${delivery.channel === "email" ? "Email" : "SMS"} ${deliveryWords[delivery.state].toLowerCase()} `
      + `${formatDayTime(at)}${reason}`,
  };
}

/** The risk that held at a time: the last point at or before it. */
export function riskAt(points: readonly RiskPoint[], time: number): RiskPoint | undefined {
  let found: RiskPoint | undefined;
  for (const point of points) {
    if (millis(point.scoredAt) > time) break;
    found = point;
  }
  return found;
}

export function eventsOn(days: readonly ActivityDay[], time: number): number {
  const day = Math.floor(time / dayLength) * dayLength;
  return days.find((one) => millis(one.day) === day)?.eventCount ?? 0;
}
