import { useEffect, useRef, useState } from "react";
import { learnerStates, riskBands } from "../api/contracts";
import { Choice } from "../components/Choice";
import { Icon } from "../components/Icon";
import { Empty, ErrorNotice, Loading, MissingNotice } from "../components/Notices";
import { CourseRunFilter, PageTitle } from "../components/Shell";
import { learnerTabs, Tabs } from "../components/Tabs";
import { formatCount, plural } from "../format";
import { useLive, useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { navigate, Route, withQuery } from "../hooks/useRoute";
import { mergeRows, Rows } from "../learnerRows";
import { bandWords, stateWords } from "../words";
import { LearnerTable } from "./learner/LearnerTable";

const pageSize = 50;
/** Between two reads of the list while facts stream in, in ms. */
const listPause = 4_000;

/** Learners, most at risk first: who needs somebody, and why. */
export function LearnersPage({ route }: { route: Route }): JSX.Element {
  const { client, names } = useSession();
  const live = useLive();
  const filter = {
    courseRun: route.query.get("courseRun") ?? "", band: route.query.get("band") ?? "",
    state: route.query.get("state") ?? "",
  };
  const filterKey = Object.values(filter).join("|");
  const [tokens, setTokens] = useState<readonly string[]>([]);
  useEffect(() => setTokens([]), [filterKey]);
  const pageToken = tokens[tokens.length - 1] ?? "";
  const answer = useApi(
    (signal) => client.learners({ ...filter, pageToken, pageSize }, signal), `${filterKey}|${pageToken}`,
    live.listChanges, listPause,
  );
  const { rows, hold, release, takeWaiting } = useSteadyRows(answer.value?.learners, `${filterKey}|${pageToken}`);
  useEffect(() => {
    if (answer.value !== undefined) names.learn(answer.value.learners);
  }, [answer.value, names]);

  const set = (changes: Record<string, string>): void => navigate(withQuery(route, changes), "replace");
  const list = answer.value;
  const first = tokens.length * pageSize + 1;
  return (
    <>
      <PageTitle
        title="Learners"
        aside={list !== undefined && <span className="muted">{plural(list.total, "enrollment")}, most at risk first</span>}
      />
      <Tabs tabs={learnerTabs} at="/learners" label="Views of learners" />
      <div className="filters" role="search" aria-label="Narrow the list">
        <CourseRunFilter value={filter.courseRun} onChange={(courseRun) => set({ courseRun })} />
        <Choice
          label="Risk band" value={filter.band} onChange={(band) => set({ band })}
          options={[...riskBands].reverse().map((band) => [band, bandWords[band]])}
        />
        <Choice
          label="State" value={filter.state} onChange={(state) => set({ state })}
          options={learnerStates.map((state) => [state, stateWords[state]])}
        />
        {filterKey !== "||" && (
          <button type="button" className="button" onClick={() => set({ courseRun: "", band: "", state: "" })}>Show all</button>
        )}
        <p className="hint muted small"><kbd>↑</kbd> <kbd>↓</kbd> move, <kbd>Enter</kbd> opens</p>
      </div>
      {answer.error !== undefined && (
        <ErrorNotice error={answer.error} retry={answer.reload} isStale={list !== undefined} />
      )}
      {list !== undefined && <MissingNotice services={list.unavailable} />}
      {rows.waiting !== undefined && (
        <button type="button" className="button button-main waiting" onClick={takeWaiting}>
          <Icon name="refresh" size={15} />
          The order has changed: show the new one
        </button>
      )}
      {list === undefined && answer.error === undefined && <Loading what="the list of learners" lines={10} />}
      {list !== undefined && rows.shown.length === 0 && <NoLearners isFiltered={filterKey !== "||"} />}
      {rows.shown.length > 0 && list !== undefined && (
        <>
          <LearnerTable rows={rows.shown} onHold={hold} onRelease={release} />
          <nav className="pager" aria-label="Pages of the list">
            <button type="button" className="button" disabled={tokens.length === 0} onClick={() => setTokens(tokens.slice(0, -1))}>
              Previous
            </button>
            <span className="muted">{formatCount(first)} to {formatCount(first + rows.shown.length - 1)}</span>
            <button
              type="button" className="button" disabled={list.nextPageToken === ""}
              onClick={() => setTokens([...tokens, list.nextPageToken])}
            >
              Next
            </button>
          </nav>
        </>
      )}
    </>
  );
}

/** Rows that keep their places while somebody is among them. A new page or filter shows at once. */
function useSteadyRows(fresh: Parameters<typeof mergeRows>[1] | undefined, key: string): {
  rows: Rows; hold: () => void; release: () => void; takeWaiting: () => void;
} {
  const [rows, setRows] = useState<Rows>({ shown: [], waiting: undefined });
  const isHeld = useRef(false);
  const shownKey = useRef(key);
  useEffect(() => {
    if (fresh === undefined) return;
    const isOther = shownKey.current !== key;
    shownKey.current = key;
    setRows((old) => mergeRows(old, fresh, isHeld.current && !isOther));
  }, [fresh, key]);
  const takeWaiting = (): void =>
    setRows((old) => (old.waiting === undefined ? old : { shown: old.waiting, waiting: undefined }));
  return {
    rows,
    hold: () => { isHeld.current = true; },
    release: () => {
      isHeld.current = false;
      takeWaiting();
    },
    takeWaiting,
  };
}

function NoLearners({ isFiltered }: { isFiltered: boolean }): JSX.Element {
  return isFiltered
    ? <Empty title="Nobody matches"><p>No enrollment has these at once. Take a filter away.</p></Empty>
    : (
      <Empty title="Nobody has a score yet">
        <p>A learner gets one with the first days of activity in a course run that has begun. The overview shows how to send events.</p>
      </Empty>
    );
}
