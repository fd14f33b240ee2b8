import type { Anomaly } from "../api/study";
import { formatDayTime, keepUnits } from "../format";
import { anomalyWords } from "../words";
import { Ago } from "./Badges";
import { learnerAddress, Link } from "./Link";
import { Empty } from "./Notices";
import { Panel } from "./Panel";

/** What is unusual, newest first, each with its evidence. It accuses nobody: a person looks. */
export function Anomalies({ anomalies, nameOf }: {
  anomalies: readonly Anomaly[];
  /** How a learner is called; absent on the learner's own page. */
  nameOf?: (learner: string) => string;
}): JSX.Element {
  return (
    <Panel title="Unusual" note="What differs from the learner's own past and from the course, with its evidence. A reason to look, not a verdict.">
      {anomalies.length === 0 && <Empty title="Nothing unusual"><p>Nothing stands out against the past or the others.</p></Empty>}
      <ul className="plain-list">
        {anomalies.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{anomalyWords(one.kind)}</strong>{" "}
              {nameOf !== undefined && one.learner !== undefined && (
                <Link href={`${learnerAddress(one.learner)}?courseRun=${encodeURIComponent(one.courseRun)}`}>{nameOf(one.learner)}</Link>
              )}
              <br />
              {keepUnits(one.words)}
              {one.closedAt === undefined ? "" : <span className="muted"> Over since {formatDayTime(one.closedAt)}.</span>}
            </span>
            <span className="muted small"><Ago time={one.detectedAt} /></span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
