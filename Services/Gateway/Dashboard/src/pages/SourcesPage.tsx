import type { SourceReport } from "../api/data";
import { UsualHours } from "../charts/UsualHours";
import { Ago } from "../components/Badges";
import { Link } from "../components/Link";
import { Empty, ErrorNotice, Loading } from "../components/Notices";
import { Pager, usePaging } from "../components/Pager";
import { Panel } from "../components/Panel";
import { PageTitle } from "../components/Shell";
import { dataTabs, Tabs } from "../components/Tabs";
import { formatCount, formatSpan, plural } from "../format";
import { useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { useNow } from "../hooks/useNow";
import { sourceStateHelp, sourceStateWords } from "../words";
import { DriftWords } from "./sources/DriftWords";
import { GapList } from "./sources/GapList";

/** Where events come from: whether each source speaks, when it did not, and which of its words nobody knows. */
export function SourcesPage(): JSX.Element {
  const { client } = useSession();
  const revision = Math.floor(useNow() / 30_000);
  const paging = usePaging("sources");
  const answer = useApi((signal) => client.sources(paging.pageToken, signal), paging.pageToken, revision);
  const list = answer.value;
  return (
    <>
      <PageTitle title="Sources" />
      <Tabs tabs={dataTabs} at="/sources" label="Views of the data" />
      <p className="page-note muted">
        A source that is silent for longer than usual has a data gap, and nobody is judged by it. A heartbeat
        (<code>POST /v1/sources/{"{id}"}/heartbeat</code>) says that a source is there though it has nothing to tell;
        three that are missed, with no event either, are a gap.
      </p>
      {answer.error !== undefined && <ErrorNotice error={answer.error} retry={answer.reload} isStale={list !== undefined} />}
      {list === undefined && answer.error === undefined && <Loading what="the sources" lines={8} />}
      {list?.sources.length === 0 && (
        <Empty title="No source was heard yet"><p>Whatever names itself as the source of events appears here with its first one.</p></Empty>
      )}
      {list?.sources.map((source) => <Source key={source.source} source={source} revision={revision} />)}
      {list !== undefined && <Pager paging={paging} next={list.nextPageToken} />}
    </>
  );
}

function Source({ source, revision }: { source: SourceReport; revision: number }): JSX.Element {
  return (
    <Panel
      title={source.source} note={sourceStateHelp[source.state]}
      aside={<span className={`tag source-${source.state}`}>{sourceStateWords[source.state] ?? source.state}</span>}
    >
      <Figures source={source} />
      {source.isClockAhead && (
        <p className="notice notice-warning">
          Its clock is ahead of ours. Set it: events more than 10 minutes ahead are put into quarantine.
        </p>
      )}
      <div className="source-parts">
        <div>
          <h3>Usual hours, UTC</h3>
          {source.usualHours.length === 0
            ? <p className="muted">None known: it takes two weeks of live events, and {plural(source.weeksKnown, "week is", "weeks are")} known.</p>
            : <UsualHours hours={source.usualHours} source={source.source} />}
        </div>
        <div>
          <h3>Data gaps</h3>
          <GapList source={source.source} revision={revision} />
          <h3>Words nobody knows</h3>
          <DriftWords source={source.source} revision={revision} />
        </div>
      </div>
      <p><Link href={`/quarantine?source=${encodeURIComponent(source.source)}&state=waiting`}>Its events in quarantine</Link></p>
    </Panel>
  );
}

function Figures({ source }: { source: SourceReport }): JSX.Element {
  return (
    <dl className="facts">
      {source.openGap !== undefined && <div><dt>Silent since</dt><dd><Ago time={source.openGap.silentSince} /></dd></div>}
      <div><dt>Last event</dt><dd>{source.lastEventAt === undefined ? "none live" : <Ago time={source.lastEventAt} />}</dd></div>
      {source.gapExpectedAt !== undefined && source.openGap === undefined && (
        <div><dt>A gap, if silent until</dt><dd><Ago time={source.gapExpectedAt} /></dd></div>
      )}
      <div>
        <dt>Live events</dt>
        <dd>{formatCount(source.events)} <span className="muted">{formatCount(source.eventsLastDay)} in 24 h</span></dd>
      </div>
      <div>
        <dt>Lag, median</dt>
        <dd>{source.medianLagSeconds === undefined ? "–" : lagWords(source.medianLagSeconds)}</dd>
      </div>
      <div>
        <dt>Heartbeat</dt>
        <dd>
          {source.lastHeartbeatAt === undefined ? "sends none" : <Ago time={source.lastHeartbeatAt} />}
          {source.heartbeatSeconds !== undefined && <span className="muted"> every {formatSpan(source.heartbeatSeconds * 1000)}</span>}
        </dd>
      </div>
      <div><dt>First heard</dt><dd><Ago time={source.firstHeardAt} /></dd></div>
    </dl>
  );
}

const lagWords = (seconds: number): string => {
  const span = formatSpan(Math.abs(seconds) * 1000);
  return seconds < 0 ? `${span} ahead of our clock` : span;
};
