// What Tracking makes of what learners did, field by field as Shared/Contracts declares it.

import type { ActivityKind, LearningSession, Time } from "./contracts";

export interface ProgressCounts {
  total: number;
  done: number;
  attempted: number;
  seen: number;
  notStarted: number;
  share: number;
}

export interface Pace {
  state: "ahead" | "onPace" | "behind" | "unknown";
  expectedDone: number;
  behind: number;
  daysBehind?: number;
  peerPercentile?: number;
}

export interface CompletionForecast {
  state: "projected" | "completed" | "abstained";
  at?: Time;
  earliest?: Time;
  latest?: Time;
  perStudyDay?: number;
  reason?: string;
}

export interface ModuleProgress {
  module: string;
  title: string;
  required: ProgressCounts;
  score?: number;
}

export interface ActivityProgress {
  activity: string;
  title: string;
  kind: ActivityKind;
  module?: string;
  state: "notStarted" | "seen" | "attempted" | "done";
  isOptional: boolean;
  missing: string[];
  dueAt?: Time;
  isOverdue: boolean;
  firstAt?: Time;
  lastAt?: Time;
  doneAt?: Time;
  attempts: number;
  score?: number;
  bestScore?: number;
  peersDone?: number;
  skills: string[];
}

export interface SkillProgress {
  skill: string;
  total: number;
  touched: number;
  done: number;
}

export interface LearnerProgress {
  learner: string;
  courseRun: string;
  basis: "plan" | "peers";
  required: ProgressCounts;
  optional: ProgressCounts;
  score?: number;
  pace: Pace;
  completion: CompletionForecast;
  modules: ModuleProgress[];
  activities: ActivityProgress[];
  next: string[];
  skills: SkillProgress[];
  words: string;
}

export interface ProgressList {
  progress: LearnerProgress[];
}

export interface MixShare {
  kind: ActivityKind;
  events: number;
  share: number;
}

export interface WeekComparison {
  activeDays: number;
  actions: number;
  usualActiveDays?: number;
  usualActions?: number;
  robustZ?: number;
  peerPercentile?: number;
}

export interface PeakTime {
  weekday: number;
  partOfDay: "night" | "morning" | "afternoon" | "evening";
  share: number;
}

export interface StudyRhythm {
  timeZone: string;
  sittings: number;
  hoursOfWeek: number[];
  peak: PeakTime;
  entropy: number;
  intervalDays: number;
  intervalVariation: number;
  regularity: "regular" | "mixed" | "irregular";
}

export interface DepthPattern {
  viewed: number;
  interacted: number;
  submitted: number;
  completed: number;
  index: number;
  peerPercentile?: number;
}

export interface StudyPattern {
  learner: string;
  courseRun: string;
  mix: MixShare[];
  depth: DepthPattern;
  socialBreadth: string;
  rhythm?: StudyRhythm;
  week: WeekComparison;
  words: string;
}

export interface PatternList {
  patterns: StudyPattern[];
}

export interface AnomalyFigure {
  name: string;
  value: number;
  unit?: string;
}

export interface Anomaly {
  id: string;
  kind: string;
  severity: "low" | "moderate" | "high";
  courseRun: string;
  learner?: string;
  otherLearner?: string;
  activity?: string;
  module?: string;
  words: string;
  evidence: AnomalyFigure[];
  firstAt: Time;
  lastAt: Time;
  detectedAt: Time;
  closedAt?: Time;
}

export interface AnomalyList {
  anomalies: Anomaly[];
  nextPageToken: string;
}

export interface StudyTime {
  day: Time;
  kind: ActivityKind;
  seconds: number;
}

export interface SessionsAnswer {
  sessions: LearningSession[];
  times: StudyTime[];
}

export interface Streak {
  learner: string;
  timeZone: string;
  current: number;
  longest: number;
  freezes: number;
  frozenDays: string[];
  startedOn?: string;
  isActiveToday: boolean;
}

export interface Quartiles {
  count: number;
  lower: number;
  median: number;
  upper: number;
  ninth: number;
}

export interface CourseRunOverview {
  courseRun: string;
  learners: number;
  states: Record<string, number>;
  activeToday: number;
  activeWeek: number;
  eventsByDay: number[];
  engagement?: Quartiles;
  completion?: number;
  sessionSeconds?: Quartiles;
  now: Time;
}

export interface Heatmap {
  timeZone: string;
  from: Time;
  until: Time;
  week: number[][];
}

export interface CourseActivity {
  activity: string;
  title: string;
  kind: ActivityKind;
  module?: string;
  isOptional: boolean;
  dueAt?: Time;
  seen: number;
  attempted: number;
  done: number;
}

export interface CourseProgress {
  courseRun: string;
  basis: "plan" | "peers";
  learners: number;
  activities: CourseActivity[];
}
