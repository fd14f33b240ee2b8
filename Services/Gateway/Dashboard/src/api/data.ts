// Where events come from, what could not be taken in, and who is who, field by field as Shared/Contracts declares it.

import type { IngestStatus, LearnerIdentity, QuarantinedEvent, QuarantineProblem, QuarantineState, Time, TimelineEvent } from "./contracts";

export type SourceState = "learning" | "speaking" | "gap" | "retired";

export interface DataGap {
  source: string;
  silentSince: Time;
  openedAt: Time;
  closedAt?: Time;
  reason?: string;
  courseRuns: string[];
  courseRunCount: number;
}

export interface SourceReport {
  source: string;
  state: SourceState;
  firstHeardAt: Time;
  lastEventAt?: Time;
  lastHeartbeatAt?: Time;
  heartbeatSeconds?: number;
  events: number;
  eventsLastDay: number;
  weeksKnown: number;
  usualHours: number[];
  gapExpectedAt?: Time;
  openGap?: DataGap;
  medianLagSeconds?: number;
  isClockAhead: boolean;
}

export interface SourceList {
  sources: SourceReport[];
  nextPageToken: string;
}

export interface DataGapList {
  gaps: DataGap[];
  nextPageToken: string;
}

export interface DriftingWord {
  place: "verb" | "activityKind" | "field";
  word: string;
  events: number;
  share: number;
  firstSeenAt: Time;
  lastSeenAt: Time;
  example: string;
  suggestion?: string;
}

export interface Drift {
  sampledEvents: number;
  words: DriftingWord[];
}

export interface QuarantineGroup {
  source: string;
  status: IngestStatus;
  state: QuarantineState;
  field: string;
  problem: QuarantineProblem;
  events: number;
  oldestAt: Time;
  newestAt: Time;
  exampleID: number;
  exampleReason: string;
}

export interface QuarantineSummary {
  groups: QuarantineGroup[];
}

export interface FieldDifference {
  field: string;
  sent: string;
  stored?: string;
}

export interface AuditEntry {
  at: Time;
  actor: string;
  action: string;
  note: string;
}

export interface QuarantinedEventPage {
  event: QuarantinedEvent;
  stored?: TimelineEvent;
  storedContext?: unknown;
  differences: FieldDifference[];
  audit: AuditEntry[];
}

export interface CorrectionResult {
  id: number;
  isCorrected: boolean;
  reason?: string;
}

export interface Corrections {
  results: CorrectionResult[];
  nextPageToken: string;
}

export interface IngestReceipt {
  id?: string;
  status: IngestStatus;
  reason?: string;
}

export interface ReplayResult {
  id: number;
  receivedAt: Time;
  receipt: IngestReceipt;
}

export interface Replays {
  results: ReplayResult[];
  nextPageToken: string;
}

export interface Discards {
  ids: number[];
  nextPageToken: string;
}

export type LearnerRole = "learner" | "staff" | "test" | "bot";
export const learnerRoles: readonly LearnerRole[] = ["learner", "staff", "test", "bot"];

export interface MergedLearner {
  learner: string;
  mergedAt: Time;
  identities: LearnerIdentity[];
}

export interface Identity {
  learner: string;
  role: LearnerRole;
  mergedInto?: string;
  merged: MergedLearner[];
  identities: LearnerIdentity[];
  audit: AuditEntry[];
}
