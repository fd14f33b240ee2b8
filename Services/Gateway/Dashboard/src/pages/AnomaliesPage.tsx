import type { Anomaly } from "../api/study";
import { Ago } from "../components/Badges";
import { Choice } from "../components/Choice";
import { courseRunAddress, learnerAddress, Link } from "../components/Link";
import { Empty, ErrorNotice, Loading } from "../components/Notices";
import { Pager, usePaging } from "../components/Pager";
import { Panel } from "../components/Panel";
import { CourseRunFilter, PageTitle } from "../components/Shell";
import { learnerTabs, Tabs } from "../components/Tabs";
import { formatDayTime, keepUnits } from "../format";
import { useNames, useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { useNow } from "../hooks/useNow";
import { navigate, Route, withQuery } from "../hooks/useRoute";
import { anomalyKindChoices, anomalyWords } from "../words";

/** What is unusual in what learners and course runs do, newest first, each with its evidence. */
export function AnomaliesPage({ route }: { route: Route }): JSX.Element {
  const { client } = useSession();
  const filter = {
    courseRun: route.query.get("courseRun") ?? "", kind: route.query.get("kind") ?? "", open: route.query.get("open") ?? "",
  };
  const key = Object.values(filter).join("|");
  const paging = usePaging(key);
  const revision = Math.floor(useNow() / 30_000);
  const answer = useApi(
    (signal) => client.anomalies({ ...filter, pageToken: paging.pageToken }, signal), `${key} ${paging.pageToken}`, revision,
  );
  const set = (changes: Record<string, string>): void => navigate(withQuery(route, changes), "replace");
  const list = answer.value;
  return (
    <>
      <PageTitle title="Unusual" />
      <Tabs tabs={learnerTabs} at="/anomalies" label="Views of learners" />
      <div className="filters" role="search" aria-label="Narrow the list">
        <CourseRunFilter value={filter.courseRun} onChange={(courseRun) => set({ courseRun })} />
        <Choice label="Kind" value={filter.kind} onChange={(kind) => set({ kind })} options={anomalyKindChoices} />
        <Choice label="Standing" value={filter.open} onChange={(open) => set({ open })} options={[["true", "Open"], ["false", "Over"]]} />
        {key !== "||" && (
          <button type="button" className="button" onClick={() => set({ courseRun: "", kind: "", open: "" })}>Show all</button>
        )}
      </div>
      {answer.error !== undefined && <ErrorNotice error={answer.error} retry={answer.reload} isStale={list !== undefined} />}
      <Panel title="What stands out" note="Against the learner's own past and the others of the course. A reason to look, not a verdict.">
        {list === undefined && answer.error === undefined && <Loading what="what is unusual" lines={8} />}
        {list?.anomalies.length === 0 && <Empty title="Nothing unusual"><p>Nothing stands out, or the filters let nothing through.</p></Empty>}
        <ul className="plain-list">{list?.anomalies.map((one) => <Row key={one.id} anomaly={one} />)}</ul>
        {list !== undefined && <Pager paging={paging} next={list.nextPageToken} />}
      </Panel>
    </>
  );
}

function Row({ anomaly }: { anomaly: Anomaly }): JSX.Element {
  const { courseRuns } = useSession();
  const nameOf = useNames();
  const run = courseRuns.find((one) => one.id === anomaly.courseRun)?.title ?? anomaly.courseRun;
  const people = [anomaly.learner, anomaly.otherLearner].filter((one): one is string => one !== undefined);
  return (
    <li>
      <span>
        <strong>{anomalyWords(anomaly.kind)}</strong>
        {people.map((learner, index) => (
          <span key={learner}>
            {index === 0 ? " " : " and "}
            <Link href={`${learnerAddress(learner)}?courseRun=${encodeURIComponent(anomaly.courseRun)}`}>{nameOf(learner)}</Link>
          </span>
        ))}
        <span className="muted"> in <Link href={courseRunAddress(anomaly.courseRun)}>{run}</Link></span>
        <br />
        {keepUnits(anomaly.words)}
        <br />
        <span className="muted small">Since {formatDayTime(anomaly.firstAt)}</span>
      </span>
      <span className="letter-end">
        <span className={`tag ${anomaly.closedAt === undefined ? "source-gap" : ""}`}>{anomaly.closedAt === undefined ? "Open" : "Over"}</span>
        <span className="muted small">found <Ago time={anomaly.detectedAt} /></span>
      </span>
    </li>
  );
}
