// The bodies of the facts that are pushed live, as Shared/Contracts/Events declares them.

import type {
  ActivityReference, Channel, CourseRunDefinition, DeliveryState, EnrollmentStatus, EventResult, LearnerState, NudgeKind,
  Overview, RiskBand, RiskPrediction, Time,
} from "./contracts";

export interface LearningEventRecorded {
  source: string;
  eventID: string;
  learner: string;
  courseRun?: string;
  verb: string;
  activity?: ActivityReference;
  result?: EventResult;
  occurredAt: Time;
  receivedAt: Time;
  isBackfill: boolean;
}

export interface EnrollmentChanged {
  learner: string;
  courseRun: string;
  status: EnrollmentStatus;
  changedAt: Time;
  isBackfill: boolean;
}

export interface LearnerStateChanged {
  learner: string;
  courseRun: string;
  from?: LearnerState;
  to: LearnerState;
  changedAt: Time;
  isBackfill: boolean;
}

export interface CourseRunDefined {
  courseRun: CourseRunDefinition;
}

export interface RiskScored {
  risk: RiskPrediction;
  previousBand?: RiskBand;
  isBackfill: boolean;
}

export interface NudgeDecided {
  nudge: string;
  learner: string;
  courseRun: string;
  courseTitle: string;
  kind: NudgeKind;
  policy: string;
  decidedAt: Time;
  expiresAt: Time;
  parameters: Record<string, string>;
}

export interface DeliveryChanged {
  delivery: string;
  nudge?: string;
  learner: string;
  courseRun?: string;
  channel: Channel;
  state: DeliveryState;
  reason?: string;
  changedAt: Time;
}

interface FactHead {
  /** `<partition>-<seq>`, unique in its stream. */
  id: string;
  time: Time;
  recordedAt?: Time;
  key: string;
}

export type KnownFact = FactHead & (
  | { type: "LearningEventRecorded"; data: LearningEventRecorded }
  | { type: "EnrollmentChanged"; data: EnrollmentChanged }
  | { type: "LearnerStateChanged"; data: LearnerStateChanged }
  | { type: "CourseRunDefined"; data: CourseRunDefined }
  | { type: "RiskScored"; data: RiskScored }
  | { type: "NudgeDecided"; data: NudgeDecided }
  | { type: "DeliveryChanged"; data: DeliveryChanged }
);

const knownTypes: ReadonlySet<string> = new Set<KnownFact["type"]>([
  "LearningEventRecorded", "EnrollmentChanged", "LearnerStateChanged", "CourseRunDefined", "RiskScored",
  "NudgeDecided", "DeliveryChanged",
]);

/** A fact as it comes: one of the known ones, or of a type that a newer server says. */
export interface AnyFact extends FactHead {
  type: string;
  data: unknown;
}

export function isKnown(fact: AnyFact): fact is AnyFact & KnownFact {
  return knownTypes.has(fact.type) && typeof fact.data === "object" && fact.data !== null;
}

export type LiveMessage =
  | { type: "ready"; now: Time }
  | { type: "overview"; overview: Overview }
  | { type: "facts"; stream: string; facts: AnyFact[]; skipped?: number }
  | { type: "error"; code: string; message: string };
