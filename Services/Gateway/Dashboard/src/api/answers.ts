// What the gateway answers a page with: the contracts' types put together.

import type {
  ActivityDay, CourseRunDefinition, DeadLetter, Delivery, Enrollment, LearnerIdentity, LearningSession,
  NudgeDecision, NudgeRecord, QuarantinedEvent, RiskPoint, RiskPrediction, SinkMessage, Time, TimelineEvent,
} from "./contracts";

export interface TrackingOverview {
  learners: number;
  activeNow: number;
  activeToday: number;
  eventsTotal: number;
  eventsByMinute: number[];
  eventsByDay: number[];
  states: Record<string, number>;
  quarantined: number;
  now: Time;
}

export interface RiskOverview {
  bands: Record<string, number>;
  abstained: Record<string, number>;
  histogram: number[];
}

export interface ReturnCount {
  learners: number;
  returned: number;
}

export interface NudgingOverview {
  outcomes: Record<string, number>;
  blockedBy: Record<string, number>;
  nudgesByDay: number[];
  treated: ReturnCount;
  holdout: ReturnCount;
}

export interface DeliveryOverview {
  states: Record<string, number>;
  sentByDay: number[];
}

export interface Overview {
  now: Time;
  tracking?: TrackingOverview;
  risk?: RiskOverview;
  nudging?: NudgingOverview;
  deliveries?: DeliveryOverview;
  unavailable: string[];
}

export interface LearnerSummary {
  learner: string;
  name?: string;
  courseRun: string;
  risk?: RiskPrediction;
  enrollment?: Enrollment;
  lastNudge?: NudgeRecord;
}

export interface LearnerList {
  learners: LearnerSummary[];
  nextPageToken: string;
  total: number;
  unavailable: string[];
}

export interface LearnerDetail {
  learner: string;
  name?: string;
  identities: LearnerIdentity[];
  enrollments: Enrollment[];
  sessions: LearningSession[];
  days: ActivityDay[];
  risks: RiskPrediction[];
  riskHistory: Record<string, RiskPoint[]>;
  events: TimelineEvent[];
  nudges: NudgeRecord[];
  decisions: NudgeDecision[];
  deliveries: Delivery[];
  unavailable: string[];
}

export interface MessageList {
  messages: SinkMessage[];
  nextPageToken: string;
}

export interface MessageDetail {
  message: SinkMessage;
  eml: string;
  text: string;
  html: string;
}

export interface CourseRunList {
  courseRuns: CourseRunDefinition[];
  nextPageToken: string;
}

export interface QuarantineList {
  events: QuarantinedEvent[];
  nextPageToken: string;
}

export interface DeadLetterList {
  deadLetters: DeadLetter[];
  unavailable: string[];
}

export interface ServiceStatus {
  name: string;
  ready: boolean;
  startedAt?: Time;
  lag: Record<string, number>;
  pending: number;
  reasons: string[];
}

export interface SystemStatus {
  services: ServiceStatus[];
  now: Time;
}

export interface ModelInUse {
  version: string;
  card: Record<string, unknown>;
}

export interface ClockState {
  now: Time;
  simulated: boolean;
}
