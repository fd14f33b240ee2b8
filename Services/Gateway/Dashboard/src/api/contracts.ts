// The shapes of the public API, field by field as Shared/Contracts and the gateway declare them. A field that may be
// absent there is optional here. Tests/Browser/test_contracts.py compares the two.

/** RFC 3339 in UTC with microseconds, e.g. `2026-11-23T10:15:30.123456Z`. */
export type Time = string;

export type RiskBand = "low" | "moderate" | "high" | "critical";
export const riskBands: readonly RiskBand[] = ["low", "moderate", "high", "critical"];

export type LearnerState =
  | "neverStarted" | "onboarding" | "active" | "slipping" | "dormant" | "returned" | "completed" | "withdrawn";
export const learnerStates: readonly LearnerState[] = [
  "neverStarted", "onboarding", "active", "slipping", "dormant", "returned", "completed", "withdrawn",
];

export type EnrollmentStatus = "enrolled" | "withdrawn" | "completed";
export type Channel = "email" | "sms";
export type DeliveryState = "planned" | "sending" | "sent" | "failed" | "suppressed" | "unknown" | "unsubscribed";
export const deliveryStates: readonly DeliveryState[] = [
  "planned", "sending", "sent", "failed", "suppressed", "unknown", "unsubscribed",
];
export type NudgeKind =
  | "smartReminder" | "microAssessment" | "peerChallenge" | "mentorConnection" | "kudos" | "planPrompt";
export type DecisionOutcome = "send" | "hold" | "blocked" | "holdout";
export type NudgeRule =
  | "consent" | "suppression" | "eligibility" | "dataGap" | "cooldown" | "budget" | "holdout" | "choose"
  | "quietHours" | "recheck";
export type Verdict = "pass" | "block" | "hold" | "notAsked";
export type Abstention = "tooNew" | "tooLittleData" | "dataGap" | "notEnrolled" | "runNotStarted" | "runEnded";
export type PredictionLevel = "rules" | "peers" | "transferred" | "local";
export type IngestStatus = "accepted" | "duplicate" | "conflict" | "quarantined" | "skipped";
export type ActivityKind =
  | "content" | "navigation" | "home" | "url" | "forum" | "live" | "quiz" | "video" | "assignment" | "exam" | "other";

export interface PlannedAssessment {
  id: string;
  title: string;
  dueAt: Time;
  weight: number;
  kind: ActivityKind;
}

export interface CourseRunDefinition {
  id: string;
  title: string;
  startsAt: Time;
  endsAt: Time;
  timeZone: string;
  assessments: PlannedAssessment[];
  course?: string;
  modules: CourseModule[];
  activities: PlannedActivity[];
  breaks: CalendarBreak[];
  studyWeekdays: number[];
}

export interface CourseModule {
  id: string;
  title: string;
}

export interface PlannedActivity {
  id: string;
  title: string;
  kind: ActivityKind;
  module?: string;
  dueAt?: Time;
  minutes?: number;
  isOptional: boolean;
  prerequisites: string[];
  skills: string[];
}

export interface CalendarBreak {
  title: string;
  startsAt: Time;
  endsAt: Time;
}

export interface ReasonCode {
  indicator: string;
  contribution: number;
  value: number;
  norm?: number;
  words: string;
}

export interface RiskPrediction {
  learner: string;
  courseRun: string;
  score?: number;
  band?: RiskBand;
  abstention?: Abstention;
  reasons: ReasonCode[];
  baseline: number;
  otherContribution: number;
  model: string;
  scoredAt: Time;
  level?: PredictionLevel;
}

export interface RiskPoint {
  scoredAt: Time;
  score: number;
  band: RiskBand;
}

export interface LearnerIdentity {
  source: string;
  externalID: string;
}

export interface Enrollment {
  learner: string;
  courseRun: string;
  status: EnrollmentStatus;
  state: LearnerState;
  engagement: number;
  enrolledAt: Time;
  lastActivityAt?: Time;
  eventCount: number;
}

export interface LearningSession {
  courseRun?: string;
  startedAt: Time;
  endedAt: Time;
  eventCount: number;
  timeOnTaskSeconds: number;
}

export interface ActivityDay {
  day: Time;
  eventCount: number;
}

export interface ActivityReference {
  id: string;
  kind: ActivityKind;
}

export interface EventResult {
  score?: number;
  success?: boolean;
  completion?: boolean;
  durationSeconds?: number;
  count?: number;
}

export interface TimelineEvent {
  source: string;
  eventID: string;
  courseRun?: string;
  verb: string;
  activity?: ActivityReference;
  result?: EventResult;
  occurredAt: Time;
  receivedAt: Time;
}

export interface NudgeRecord {
  nudge: string;
  learner: string;
  courseRun: string;
  kind: NudgeKind;
  policy: string;
  decidedAt: Time;
  delivery?: DeliveryState;
  deliveredAt?: Time;
  returnedAt?: Time;
}

export interface RuleVerdict {
  rule: NudgeRule;
  verdict: Verdict;
  words: string;
}

export interface NudgeDecision {
  nudge: string;
  learner: string;
  courseRun: string;
  policy: string;
  kind: NudgeKind;
  outcome: DecisionOutcome;
  decidedBy?: NudgeRule;
  verdicts: RuleVerdict[];
  decidedAt: Time;
}

export interface Delivery {
  delivery: string;
  nudge?: string;
  learner: string;
  courseRun?: string;
  channel: Channel;
  provider: string;
  state: DeliveryState;
  reason?: string;
  attempts: number;
  plannedAt: Time;
  changedAt: Time;
}

export interface SinkMessage {
  delivery: string;
  learner: string;
  subject: string;
  sentAt: Time;
  size: number;
}

export interface QuarantinedEvent {
  id: number;
  source: string;
  eventID?: string;
  status: IngestStatus;
  reason: string;
  field: string;
  problem: QuarantineProblem;
  state: QuarantineState;
  raw: string;
  format?: string;
  corrected?: string;
  correctedFormat?: string;
  outcome?: IngestStatus;
  receivedAt: Time;
  changedAt?: Time;
}

export type QuarantineProblem = "missing" | "invalid" | "tooLarge" | "repeated" | "ahead" | "tooOld" | "conflict";
export type QuarantineState = "waiting" | "replayed" | "discarded";

export interface DeadLetter {
  service: string;
  id: number;
  consumer: string;
  stream: string;
  partition: number;
  seq: number;
  tenant: string;
  type: string;
  reason: string;
  attempts: number;
  failedAt: Time;
  replayedAt?: Time;
}

export * from "./answers";
