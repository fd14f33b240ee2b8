import { AnyFact, isKnown, RiskScored } from "./api/facts";
import type { IconName } from "./components/Icon";
import { formatRisk } from "./format";
import { abstentionWords, activityWords, bandWords, deliveryReason, deliveryWords, kindWords, spaced, stateWords, verbWords } from "./words";

export interface FeedLine {
  icon: IconName;
  /** A class that colours the icon. */
  style: string;
  /** The learner it is about; the words go on after the name. */
  learner?: string;
  words: string;
}

/** A fact in plain words. */
export function feedLine(fact: AnyFact): FeedLine {
  if (!isKnown(fact)) return { icon: "info", style: "", words: spaced(fact.type) };
  switch (fact.type) {
    case "LearningEventRecorded": {
      const { learner, verb, activity, result } = fact.data;
      const times = result?.count !== undefined && result.count > 1 ? `, ${result.count} times` : "";
      const mark = result?.score !== undefined ? `, ${Math.round(result.score * 100)} of 100` : "";
      return { icon: "activity", style: "topic-activity", learner, words: `${verbWords(verb)} ${activityWords(activity)}${times}${mark}` };
    }
    case "EnrollmentChanged": {
      const words = { enrolled: "joined", withdrawn: "left", completed: "completed" }[fact.data.status];
      return { icon: "enrolled", style: "topic-activity", learner: fact.data.learner, words: `${words} ${fact.data.courseRun}` };
    }
    case "LearnerStateChanged": {
      const { learner, from, to } = fact.data;
      const before = from === undefined ? "" : `, was ${stateWords[from].toLowerCase()}`;
      const icon = to === "returned" ? "returned" : "state";
      return { icon, style: `topic-state state-${to}`, learner, words: `is now ${stateWords[to].toLowerCase()}${before}` };
    }
    case "CourseRunDefined":
      return { icon: "info", style: "", words: `Course run declared: ${fact.data.courseRun.title}` };
    case "RiskScored":
      return riskLine(fact.data);
    case "NudgeDecided":
      return {
        icon: "nudge", style: "topic-nudges", learner: fact.data.learner,
        words: `gets a nudge: ${(kindWords[fact.data.kind] ?? fact.data.kind).toLowerCase()}`,
      };
    case "DeliveryChanged": {
      const { learner, channel, state, reason } = fact.data;
      const why = reason === undefined ? "" : `: ${deliveryReason(reason)}`;
      const what = channel === "email" ? "email" : "SMS";
      return { icon: "delivery", style: `topic-deliveries delivery-${state}`, learner, words: `${what} ${deliveryWords[state].toLowerCase()}${why}` };
    }
  }
}

function riskLine(data: RiskScored): FeedLine {
  const { learner, score, band, abstention } = data.risk;
  if (score === undefined || band === undefined) {
    const why = abstention === undefined ? "the model abstained" : abstentionWords[abstention].toLowerCase();
    return { icon: "risk", style: "band-none", learner, words: `has no score: ${why}` };
  }
  const before = data.previousBand;
  const change = before === undefined || before === band
    ? `${bandWords[band].toLowerCase()} risk` : `${bandWords[before].toLowerCase()} to ${bandWords[band].toLowerCase()} risk`;
  return { icon: "risk", style: `band-${band}`, learner, words: `${change}, ${formatRisk(score)} of 100` };
}
