import { formatDayTime, formatSpan, millis, plural } from "../../format";
import { useSession } from "../../hooks/session";
import { useApi } from "../../hooks/useApi";
import { Read } from "../learner/StudyPanels";

/** When a source was silent though it should have spoken, newest first. */
export function GapList({ source, revision }: { source: string; revision: number }): JSX.Element {
  const { client } = useSession();
  const answer = useApi((signal) => client.dataGaps(source, signal), source, revision, 10_000);
  return (
    <Read answer={answer} what="the data gaps">
      {({ gaps, nextPageToken }) => (
        <>
          {gaps.length === 0 && <p className="muted">None so far.</p>}
          <ul className="plain-list">
            {gaps.map((gap) => (
              <li key={gap.openedAt}>
                <span>
                  {gap.closedAt === undefined ? <strong>Open since {formatDayTime(gap.silentSince)}</strong> : `${formatDayTime(gap.silentSince)} to ${formatDayTime(gap.closedAt)}`}
                  <span className="muted small"> concerns {plural(gap.courseRunCount, "course run")}</span>
                </span>
                <span className="muted small">
                  {gap.closedAt === undefined ? "" : formatSpan(millis(gap.closedAt) - millis(gap.silentSince))}
                </span>
              </li>
            ))}
          </ul>
          {nextPageToken !== "" && <p className="muted small">Older ones: GET /v1/data-gaps.</p>}
        </>
      )}
    </Read>
  );
}
