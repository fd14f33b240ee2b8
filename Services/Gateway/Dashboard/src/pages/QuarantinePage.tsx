import type { QuarantineFilter } from "../api/client";
import type { QuarantinedEvent } from "../api/contracts";
import type { QuarantineGroup } from "../api/data";
import { CountBars } from "../charts/CountBars";
import { Ago } from "../components/Badges";
import { Choice } from "../components/Choice";
import { Link } from "../components/Link";
import { Empty, ErrorNotice, Loading } from "../components/Notices";
import { Pager, usePaging } from "../components/Pager";
import { Panel } from "../components/Panel";
import { PageTitle } from "../components/Shell";
import { dataTabs, Tabs } from "../components/Tabs";
import { useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { navigate, Route, withQuery } from "../hooks/useRoute";
import { problemWords, quarantineStateWords } from "../words";
import { Read } from "./learner/StudyPanels";
import { Mend } from "./quarantine/Mend";

const groupsShown = 12;

/** Events that could not be taken in: what is wrong with how many, each of them, and how to mend them together. */
export function QuarantinePage({ route }: { route: Route }): JSX.Element {
  const { client } = useSession();
  const filter: QuarantineFilter = {};
  for (const name of ["source", "problem", "state", "field"] as const) {
    const value = route.query.get(name);
    if (value !== null && value !== "") filter[name] = value;
  }
  const key = JSON.stringify(filter);
  const paging = usePaging(key);
  const answer = useApi((signal) => client.quarantine(filter, paging.pageToken, signal), `${key} ${paging.pageToken}`);
  const summary = useApi((signal) => client.quarantineSummary(filter, signal), key);
  const sources = useApi((signal) => client.quarantineSummary({}, signal), "sources");
  const set = (changes: Record<string, string>): void => navigate(withQuery(route, changes), "replace");
  const list = answer.value;
  const names = new Set([...(sources.value?.groups.map((group) => group.source) ?? []), ...(filter.source === undefined ? [] : [filter.source])]);
  const reload = (): void => {
    answer.reload();
    summary.reload();
    sources.reload();
  };
  const waiting = filter.state === undefined ? { ...filter, state: "waiting" } : filter;
  const example = list?.events.find((event) => event.state === waiting.state);
  return (
    <>
      <PageTitle title="Quarantine" />
      <Tabs tabs={dataTabs} at="/quarantine" label="Views of the data" />
      <div className="filters" role="search" aria-label="Narrow the list">
        <Choice label="Source" value={filter.source ?? ""} onChange={(source) => set({ source })} options={[...names].sort().map((name) => [name, name])} />
        <Choice label="Problem" value={filter.problem ?? ""} onChange={(problem) => set({ problem })} options={Object.entries(problemWords)} />
        <Choice label="State" value={filter.state ?? ""} onChange={(state) => set({ state })} options={Object.entries(quarantineStateWords)} />
        {key !== "{}" && (
          <button type="button" className="button" onClick={() => set({ source: "", problem: "", state: "", field: "" })}>Show all</button>
        )}
      </div>
      <Panel title="What is wrong" note="Events by source, field and problem, most first. Choose one to see and mend its events.">
        <Read answer={summary} what="the summary">
          {({ groups }) => groups.length === 0
            ? <Empty title="Nothing in quarantine"><p>Every event that came could be read, or the filters let none through.</p></Empty>
            : <Groups groups={groups} route={route} />}
        </Read>
      </Panel>
      <Panel title="Events" note="Newest first. Nothing is deleted by itself.">
        {answer.error !== undefined && <ErrorNotice error={answer.error} retry={answer.reload} isStale={list !== undefined} />}
        {list === undefined && answer.error === undefined && <Loading what="the events" lines={6} />}
        {list?.events.length === 0 && <p className="muted">None.</p>}
        <ul className="plain-list">{list?.events.map((event) => <Row key={event.id} event={event} />)}</ul>
        {list !== undefined && <Pager paging={paging} next={list.nextPageToken} />}
      </Panel>
      {key !== "{}" && (
        <Panel
          title="Mend all that the filters show"
          note={mendNote(waiting.state, example)}
        >
          <Mend key={key} target={{ filter: waiting }} whom="all shown" example={example?.corrected ?? example?.raw} onChange={reload} />
        </Panel>
      )}
    </>
  );
}

/** `All waiting events of these filters, on every page. The patch is shown on event 17.` */
function mendNote(state: string | undefined, example: QuarantinedEvent | undefined): string {
  if (example === undefined) return "None on this page is in such a state.";
  return `All ${state === undefined ? "" : `${quarantineStateWords[example.state].toLowerCase()} `}events of these filters, on every page. The patch is shown on event ${example.id}.`;
}

function Groups({ groups, route }: { groups: readonly QuarantineGroup[]; route: Route }): JSX.Element {
  const rows = groups.slice(0, groupsShown).map((group) => ({
    key: [group.source, group.field, group.problem, group.status, group.state].join(" "), count: group.events, title: group.exampleReason,
    style: group.state === "waiting" ? "bar" : "bar-muted",
    label: (
      <>
        <Link href={withQuery(route, { source: group.source, field: group.field, problem: group.problem, state: group.state })}>
          <code>{group.field}</code> {problemWords[group.problem].toLowerCase()}
        </Link>
        <span className="muted small"> {group.source}, {quarantineStateWords[group.state].toLowerCase()}</span>
      </>
    ),
  }));
  return (
    <>
      <CountBars rows={rows} />
      {groups.length > groupsShown && <p className="muted small">And {groups.length - groupsShown} groups of fewer events; the filters narrow them down.</p>}
    </>
  );
}

function Row({ event }: { event: QuarantinedEvent }): JSX.Element {
  return (
    <li>
      <span>
        <Link href={`/quarantine/${event.id}`}>{event.reason}</Link>
        <br />
        <span className="muted small">{event.source}{event.eventID === undefined ? "" : `, event ${event.eventID}`}</span>
      </span>
      <span className="letter-end">
        <span className="tag">{quarantineStateWords[event.state]}{event.state === "waiting" && event.corrected !== undefined ? ", corrected" : ""}</span>
        <span className="muted small"><Ago time={event.receivedAt} /></span>
      </span>
    </li>
  );
}
