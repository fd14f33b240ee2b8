import { KeyboardEvent, useEffect, useRef, useState } from "react";
import type { LearnerSummary, ReasonCode } from "../../api/contracts";
import { Ago, RiskMeter, StateTag } from "../../components/Badges";
import { learnerAddress, Link } from "../../components/Link";
import { keepUnits, shortLearner } from "../../format";
import { useSession } from "../../hooks/session";
import { rowKey } from "../../learnerRows";
import { kindWords, nudgeOutcome } from "../../words";

interface Props {
  rows: readonly LearnerSummary[];
  /** Somebody points at the rows or moves through them. */
  onHold: () => void;
  onRelease: () => void;
}

/** The row that was opened last, so that coming back to the list puts the focus where it was. */
let opened: string | undefined;

/** One tab stop for the whole list; the arrow keys move through its rows and Enter follows the focused name. */
export function LearnerTable({ rows, onHold, onRelease }: Props): JSX.Element {
  const body = useRef<HTMLTableSectionElement>(null);
  const [current, setCurrent] = useState(opened ?? "");
  const isKnown = rows.some((row) => rowKey(row) === current);
  useEffect(() => {
    const back = body.current?.querySelector<HTMLElement>(`a[data-row="${CSS.escape(opened ?? "")}"]`);
    opened = undefined;
    back?.focus();
  }, []);
  const move = (event: KeyboardEvent<HTMLTableSectionElement>): void => {
    const links = [...(body.current?.querySelectorAll<HTMLElement>("a[data-row]") ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    links[Math.min(links.length - 1, Math.max(0, to))]?.focus();
  };
  return (
    <div className="table-scroll">
      <table className="learners" onPointerEnter={onHold} onPointerLeave={onRelease}>
        <caption className="visually-hidden">Learners, most at risk first. Arrow keys move, Enter opens.</caption>
        <thead>
          <tr>
            <th scope="col">Learner</th>
            <th scope="col">Risk</th>
            <th scope="col">Why</th>
            <th scope="col">State</th>
            <th scope="col">Last activity</th>
            <th scope="col">Last nudge</th>
          </tr>
        </thead>
        <tbody
          ref={body} onKeyDown={move} onFocus={onHold}
          onBlur={(event) => {
            if (!event.currentTarget.contains(event.relatedTarget)) onRelease();
          }}
        >
          {rows.map((row, index) => (
            <Row
              key={rowKey(row)} row={row} isStop={isKnown ? rowKey(row) === current : index === 0}
              onFocus={() => setCurrent(rowKey(row))}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row, isStop, onFocus }: { row: LearnerSummary; isStop: boolean; onFocus: () => void }): JSX.Element {
  const { courseRuns } = useSession();
  const key = rowKey(row);
  const run = courseRuns.find((one) => one.id === row.courseRun)?.title ?? row.courseRun;
  return (
    <tr>
      <th scope="row" className="cell-name">
        <Link
          href={`${learnerAddress(row.learner)}?courseRun=${encodeURIComponent(row.courseRun)}`} className="row-link"
          data-row={key} tabIndex={isStop ? 0 : -1} onFocus={onFocus} onClick={() => { opened = key; }}
        >
          {row.name ?? shortLearner(row.learner)}
        </Link>
        {courseRuns.length > 1 && <span className="muted small">{run}</span>}
      </th>
      <td className="cell-risk"><RiskMeter risk={row.risk} /></td>
      <td className="cell-why"><TopReasons reasons={row.risk?.reasons ?? []} /></td>
      <td className="cell-state">{row.enrollment === undefined ? <Unknown /> : <StateTag state={row.enrollment.state} />}</td>
      <td className="cell-last" data-title="Last activity">
        {row.enrollment?.lastActivityAt === undefined
          ? <span className="muted">{row.enrollment === undefined ? "–" : "never"}</span>
          : <Ago time={row.enrollment.lastActivityAt} />}
      </td>
      <td className="cell-nudge" data-title="Last nudge">
        {row.lastNudge === undefined ? <span className="muted">none</span> : (
          <>
            <span>{kindWords[row.lastNudge.kind] ?? row.lastNudge.kind} <Ago time={row.lastNudge.decidedAt} /></span>
            <span className={row.lastNudge.returnedAt === undefined ? "muted small" : "good small"}>
              {nudgeOutcome(row.lastNudge)}
            </span>
          </>
        )}
      </td>
    </tr>
  );
}

const Unknown = (): JSX.Element => <span className="muted">–</span>;

/** The two strongest reasons that raise the risk; where none does, the strongest of all. */
function TopReasons({ reasons }: { reasons: readonly ReasonCode[] }): JSX.Element {
  const raising = reasons.filter((reason) => reason.contribution > 0).slice(0, 2);
  const shown = raising.length > 0 ? raising : reasons.slice(0, 1);
  if (shown.length === 0) return <span className="muted">–</span>;
  return <ul className="why">{shown.map((reason) => <li key={reason.indicator}>{keepUnits(reason.words)}</li>)}</ul>;
}
