import { useState } from "react";
import type { NudgeDecision, RuleVerdict } from "../../api/contracts";
import { Ago } from "../../components/Badges";
import { Icon, IconName } from "../../components/Icon";
import { Empty } from "../../components/Notices";
import { Panel } from "../../components/Panel";
import { formatDayTime, plural } from "../../format";
import { kindWords, outcomeWords, ruleWords, verdictWords } from "../../words";

const shownAtFirst = 8;

/** Every candidate nudge with each rule's verdict: the answer to "why was this sent?" and to "why was it not?". */
export function DecisionLog({ decisions }: { decisions: readonly NudgeDecision[] }): JSX.Element {
  const [isOpen, setIsOpen] = useState(false);
  const shown = isOpen ? decisions : decisions.slice(0, shownAtFirst);
  return (
    <Panel title="Decisions" note="Every candidate for a nudge, sent or not, with what each rule saw. The first rule that does not pass decides.">
      {decisions.length === 0 && (
        <Empty title="No candidate yet">
          <p>One arises when the risk becomes high enough for a policy. Until then there is nothing to decide.</p>
        </Empty>
      )}
      <ul className="decisions">
        {shown.map((decision, index) => (
          <li key={`${decision.nudge} ${decision.decidedAt} ${decision.outcome}`}>
            <Decision decision={decision} isFirst={index === 0} />
          </li>
        ))}
      </ul>
      {decisions.length > shownAtFirst && (
        <button type="button" className="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? "Show fewer" : `Show all ${plural(decisions.length, "decision")}`}
        </button>
      )}
    </Panel>
  );
}

function Decision({ decision, isFirst }: { decision: NudgeDecision; isFirst: boolean }): JSX.Element {
  const words = decision.decidedBy === undefined
    ? undefined : decision.verdicts.find((verdict) => verdict.rule === decision.decidedBy)?.words;
  return (
    <details className="decision" open={isFirst}>
      <summary>
        <span className={`outcome outcome-${decision.outcome}`}>{outcomeWords[decision.outcome] ?? decision.outcome}</span>
        <span className="decision-words">
          {kindWords[decision.kind] ?? decision.kind}
          {decision.decidedBy !== undefined && `: ${(ruleWords[decision.decidedBy] ?? decision.decidedBy).toLowerCase()}`}
          {words !== undefined && <span className="muted">, {words}</span>}
        </span>
        <span className="decision-time muted small" title={formatDayTime(decision.decidedAt)}><Ago time={decision.decidedAt} /></span>
      </summary>
      <table className="verdicts">
        <caption className="visually-hidden">Verdicts of the policy {decision.policy}, {formatDayTime(decision.decidedAt)}</caption>
        <thead>
          <tr><th scope="col">Rule</th><th scope="col">Verdict</th><th scope="col">What it saw</th></tr>
        </thead>
        <tbody>{decision.verdicts.map((verdict) => <VerdictRow key={verdict.rule} verdict={verdict} />)}</tbody>
      </table>
      <p className="muted small">Policy {decision.policy}, {formatDayTime(decision.decidedAt)} UTC.</p>
    </details>
  );
}

const verdictIcons: Record<RuleVerdict["verdict"], IconName> = { pass: "pass", block: "block", hold: "hold", notAsked: "skip" };

function VerdictRow({ verdict }: { verdict: RuleVerdict }): JSX.Element {
  return (
    <tr className={`verdict-${verdict.verdict}`}>
      <th scope="row">{ruleWords[verdict.rule] ?? verdict.rule}</th>
      <td className="verdict-cell">
        <Icon name={verdictIcons[verdict.verdict] ?? "info"} size={14} /> {verdictWords[verdict.verdict] ?? verdict.verdict}
      </td>
      <td>{verdict.words}</td>
    </tr>
  );
}
