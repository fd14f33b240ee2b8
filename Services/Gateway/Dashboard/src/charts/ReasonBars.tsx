import type { ReasonCode, RiskPrediction } from "../api/contracts";
import { formatNumber, formatSigned, keepUnits } from "../format";
import { spaced } from "../words";

/** What raises a learner's risk and what lowers it, strongest first, each in words and as a signed bar. */
export function ReasonBars({ risk }: { risk: RiskPrediction }): JSX.Element {
  const most = Math.max(0.1, ...risk.reasons.map((reason) => Math.abs(reason.contribution)));
  return (
    <div className="reasons">
      <div className="reasons-head small muted" aria-hidden="true">
        <span>lowers it</span>
        <span>raises it</span>
      </div>
      <ol className="reason-list">
        {risk.reasons.map((reason) => <Reason key={reason.indicator} reason={reason} most={most} />)}
      </ol>
      <p className="small muted">
        In log-odds. The model begins at {formatSigned(risk.baseline)}; all other indicators add{" "}
        {formatSigned(risk.otherContribution)}.
      </p>
    </div>
  );
}

function Reason({ reason, most }: { reason: ReasonCode; most: number }): JSX.Element {
  const raises = reason.contribution >= 0;
  const length = (Math.abs(reason.contribution) / most) * 48;
  return (
    <li className={raises ? "reason reason-raises" : "reason reason-lowers"}>
      <svg className="reason-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect className="reason-middle" x="49.75" width="0.5" height="10" />
        <rect className="reason-fill" x={raises ? 50 : 50 - length} width={length} height="10" />
      </svg>
      <span className="reason-number">
        {formatSigned(reason.contribution)}
        <span className="visually-hidden">{raises ? ", raises the risk" : ", lowers the risk"}</span>
      </span>
      <span className="reason-words" title={describeValue(reason)}>{keepUnits(reason.words)}</span>
    </li>
  );
}

function describeValue(reason: ReasonCode): string {
  const usual = reason.norm === undefined ? "" : `, usual ${formatNumber(reason.norm)}`;
  return `${spaced(reason.indicator)}: ${formatNumber(reason.value)}${usual}`;
}
