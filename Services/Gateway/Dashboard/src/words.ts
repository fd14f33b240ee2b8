import type {
  Abstention, ActivityKind, ActivityReference, DecisionOutcome, DeliveryState, LearnerState, NudgeKind, NudgeRecord,
  NudgeRule, PredictionLevel, QuarantineProblem, QuarantineState, RiskBand, Verdict,
} from "./api/contracts";
import type { DriftingWord, LearnerRole, SourceState } from "./api/data";

// Every word of the wire in words for staff. A value that is newer than this page is shown as it came.

export const bandWords: Record<RiskBand, string> = {
  low: "Low", moderate: "Moderate", high: "High", critical: "Critical",
};

export const stateWords: Record<LearnerState, string> = {
  neverStarted: "Never started", onboarding: "Getting started", active: "Active", slipping: "Slipping",
  dormant: "Dormant", returned: "Returned", completed: "Completed", withdrawn: "Withdrawn",
};

export const stateHelp: Record<LearnerState, string> = {
  neverStarted: "Enrolled and not seen since", onboarding: "First days of activity", active: "Studying as usual",
  slipping: "Less often than was usual", dormant: "Silent for long", returned: "Back after a silence",
  completed: "Has completed the run", withdrawn: "Has left the run",
};

export const kindWords: Record<NudgeKind, string> = {
  smartReminder: "Reminder", microAssessment: "Short quiz", peerChallenge: "Peer challenge",
  mentorConnection: "Mentor", kudos: "Kudos", planPrompt: "Planning prompt",
};

export const outcomeWords: Record<DecisionOutcome, string> = {
  send: "Sent", hold: "Waiting", blocked: "Not sent", holdout: "Held out",
};

export const ruleWords: Record<NudgeRule, string> = {
  consent: "Consent", suppression: "Refused address", eligibility: "Eligibility", dataGap: "Data gap",
  cooldown: "Cooldown", budget: "Weekly budget", holdout: "Holdout", choose: "Choice of nudge",
  quietHours: "Quiet hours", recheck: "Last look",
};

export const verdictWords: Record<Verdict, string> = {
  pass: "Pass", block: "Blocks", hold: "Holds", notAsked: "Not asked",
};

export const deliveryWords: Record<DeliveryState, string> = {
  planned: "Planned", sending: "Sending", sent: "Sent", failed: "Failed", suppressed: "Suppressed",
  unknown: "Unclear", unsubscribed: "Unsubscribed",
};

const deliveryReasons: Record<string, string> = {
  noContact: "no address is known", unsubscribed: "the learner unsubscribed", expired: "it came too late to help",
  noTemplate: "no template speaks of this kind", unsafeText: "the text would have changed the mail's headers",
  unreadableContact: "the address could not be unsealed", rejected: "the receiving side refused",
  refused: "our own mail server refused", gaveUp: "every attempt failed", interrupted: "sending was interrupted",
  unanswered: "no answer came",
};
export const deliveryReason = (reason: string): string => deliveryReasons[reason] ?? spaced(reason);

export const paceWords: Record<string, string> = {
  ahead: "Ahead", onPace: "On pace", behind: "Behind", unknown: "Not known",
};

const anomalyKinds: Record<string, string> = {
  burst: "Burst of activity", suddenSilence: "Sudden silence", levelShift: "Another level of activity",
  impossibleSpeed: "Faster than a person can be", answerTooFast: "Right answers within seconds",
  copying: "The same things at the same time", structuralDropOff: "Many stop at one place",
};
export const anomalyWords = (kind: string): string => anomalyKinds[kind] ?? spaced(kind);

export const anomalyKindChoices: readonly (readonly [string, string])[] = Object.entries(anomalyKinds);

export const sourceStateWords: Record<SourceState, string> = {
  learning: "Learning its rhythm", speaking: "Speaking", gap: "Silent: data gap", retired: "Retired",
};

export const sourceStateHelp: Record<SourceState, string> = {
  learning: "Too little is known of it to tell its silence from that of its learners. Heartbeats have it watched from the first day.",
  speaking: "Heard as usual, or silent for no longer than usual.",
  gap: "Silent for longer than its rhythm allows. Its learners are not judged by this time, and are not nudged.",
  retired: "Silent for 28 days: counts as switched off, and its learners are judged again.",
};

export const driftPlaceWords: Record<DriftingWord["place"], string> = { verb: "Verb", activityKind: "Kind of activity", field: "Field" };

export const problemWords: Record<QuarantineProblem, string> = {
  missing: "Is missing", invalid: "Cannot be read", tooLarge: "Too large", repeated: "Stands there twice",
  ahead: "Lies in the future", tooOld: "Too long ago", conflict: "Belongs to another event",
};

export const quarantineStateWords: Record<QuarantineState, string> = {
  waiting: "Waiting", replayed: "Replayed", discarded: "Given up",
};

export const roleWords: Record<LearnerRole, string> = { learner: "Learner", staff: "Staff", test: "Test", bot: "Bot" };

const activityMix: Record<string, string> = {
  content: "Reading", navigation: "Finding the way", home: "Home page", url: "Links", forum: "Forum", live: "Live sessions",
  quiz: "Quizzes", video: "Videos", assignment: "Assignments", exam: "Exams", other: "Other",
};
export const activityKindWords = (kind: string): string => activityMix[kind] ?? spaced(kind);

export const abstentionWords: Record<Abstention, string> = {
  tooNew: "Too new to judge", tooLittleData: "Too little data", dataGap: "The source is silent",
  notEnrolled: "Not enrolled", runNotStarted: "The course has not begun", runEnded: "The course is over",
};

export const levelWords: Record<PredictionLevel, string> = {
  rules: "rules alone", peers: "comparison with the others of the course",
  transferred: "a model that learned elsewhere", local: "a model that learned from your own courses",
};

export const serviceWords: Record<string, string> = {
  tracking: "Tracking", prediction: "Prediction", nudging: "Nudging", notification: "Notification",
};

const verbs: Record<string, string> = {
  enrolled: "enrolled", unenrolled: "left the course", viewed: "viewed", launched: "launched",
  interacted: "worked with", posted: "posted in", submitted: "submitted", marked: "got a mark for",
  banked: "brought a mark along for", completed: "completed", passed: "passed", failed: "did not pass",
  loggedIn: "signed in",
};

/** `viewed`; of an IRI its last part. */
export const verbWords = (verb: string): string => verbs[verb] ?? spaced(lastPart(verb));

const activityKinds: Record<ActivityKind, string> = {
  content: "a page", navigation: "the course outline", home: "the course home", url: "a link", forum: "the forum",
  live: "a live session", quiz: "a quiz", video: "a video", assignment: "an assignment", exam: "an exam",
  other: "an activity",
};

/** `a quiz (week 3)`: the kind, and the activity's id where it is short enough to tell something. */
export function activityWords(activity: ActivityReference | undefined): string {
  if (activity === undefined) return "";
  const kind = activityKinds[activity.kind] ?? activityKinds.other;
  const name = lastPart(activity.id);
  return name.length <= 32 ? `${kind} (${name})` : kind;
}

/** What came of a nudge, in a few words. */
export function nudgeOutcome(nudge: NudgeRecord): string {
  if (nudge.returnedAt !== undefined) return "came back";
  if (nudge.delivery === undefined) return "on its way";
  return nudge.delivery === "sent" ? "no return yet" : deliveryWords[nudge.delivery].toLowerCase();
}

/** `daysSinceLastActivity` to `days since last activity`. */
export function spaced(name: string): string {
  return name.replace(/[-_]/g, " ").replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
}

function lastPart(name: string): string {
  const parts = name.split(/[/#]/).filter((part) => part !== "");
  return parts[parts.length - 1] ?? name;
}

/** `Prediction does not answer; its figures are missing.` */
export function missingWords(services: readonly string[]): string {
  const names = services.map((name) => serviceWords[name] ?? name);
  const last = names[names.length - 1] ?? "";
  if (names.length === 1) return `${last} does not answer; its figures are missing.`;
  return `${names.slice(0, -1).join(", ")} and ${last} do not answer; their figures are missing.`;
}
