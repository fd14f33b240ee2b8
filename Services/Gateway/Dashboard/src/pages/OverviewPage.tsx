import type { Overview } from "../api/contracts";
import { BandBar } from "../charts/BandBar";
import { DayBars } from "../charts/DayBars";
import { MinuteLine } from "../charts/MinuteLine";
import { RiskHistogram } from "../charts/RiskHistogram";
import { Feed } from "../components/Feed";
import { ErrorNotice, FirstEvent, Loading, MissingNotice } from "../components/Notices";
import { Panel } from "../components/Panel";
import { CourseRunFilter, PageTitle } from "../components/Shell";
import { millis } from "../format";
import { useLive, useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { useTick } from "../hooks/useNow";
import { navigate, Route, withQuery } from "../hooks/useRoute";
import { Figures } from "./overview/Figures";
import { DeliveriesPanel, DecisionsPanel, ReturnsPanel, StatesPanel } from "./overview/Panels";

/** Between two reads while there is no live connection, in ms. */
const fallbackPeriod = 10_000;

/** What goes on right now, over all course runs or in one. */
export function OverviewPage({ route }: { route: Route }): JSX.Element {
  const courseRun = route.query.get("courseRun") ?? "";
  const { overview, error, reload } = useOverview(courseRun);
  return (
    <>
      <PageTitle
        title="Overview"
        aside={(
          <CourseRunFilter value={courseRun} onChange={(run) => navigate(withQuery(route, { courseRun: run }), "replace")} />
        )}
      />
      {error !== undefined && <ErrorNotice error={error} retry={reload} isStale={overview !== undefined} />}
      {overview !== undefined && <MissingNotice services={overview.unavailable} />}
      {overview === undefined ? error === undefined && <Loading what="the overview" lines={8} /> : (
        <Parts overview={overview} courseRun={courseRun} />
      )}
    </>
  );
}

/** The pushed overview where it is the wanted one; else read again whenever one is pushed, or now and then without a push. */
function useOverview(courseRun: string): { overview: Overview | undefined; error: ReturnType<typeof useApi>["error"]; reload: () => void } {
  const { client } = useSession();
  const live = useLive();
  useTick(fallbackPeriod);
  const isLive = live.connection.is === "live";
  const pushed = isLive && courseRun === "" ? "live" : live.overview?.now ?? "";
  const fallback = isLive ? 0 : Math.floor(Date.now() / fallbackPeriod);
  const answer = useApi(
    (signal) => client.overview(courseRun === "" ? undefined : courseRun, signal), `overview ${courseRun}`,
    `${pushed} ${fallback}`,
  );
  if (courseRun !== "" || live.overview === undefined) {
    return { overview: answer.value, error: answer.error, reload: answer.reload };
  }
  const isReadNewer = answer.value !== undefined && millis(answer.value.now) > millis(live.overview.now);
  return {
    overview: isReadNewer ? answer.value : live.overview, error: isLive ? undefined : answer.error,
    reload: answer.reload,
  };
}

function Parts({ overview, courseRun }: { overview: Overview; courseRun: string }): JSX.Element {
  const { tracking, risk, nudging, deliveries } = overview;
  const now = millis(overview.now);
  const scope = courseRun === "" ? "" : `&courseRun=${encodeURIComponent(courseRun)}`;
  if (tracking !== undefined && tracking.eventsTotal === 0 && tracking.learners === 0 && courseRun === "") {
    return <FirstEvent />;
  }
  return (
    <div className="overview">
      <div className="overview-main">
        <Figures overview={overview} />
        {tracking !== undefined && (
          <Panel title="Events by minute" note="By when they happened, not by when they came.">
            <MinuteLine values={tracking.eventsByMinute} now={now} />
          </Panel>
        )}
        <div className="pair">
          {risk !== undefined && (
            <Panel title="Learners by risk" note="The risk of dropping off within 14 days. A band leads to its learners.">
              <BandBar risk={risk} addressOf={(band) => `/learners?band=${band}${scope}`} />
            </Panel>
          )}
          {risk !== undefined && (
            <Panel title="How risk is spread" note="Enrollments by score; lines where a band begins.">
              <RiskHistogram histogram={risk.histogram} />
            </Panel>
          )}
        </div>
        <div className="pair">
          {nudging !== undefined && <ReturnsPanel nudging={nudging} />}
          {nudging !== undefined && <DecisionsPanel nudging={nudging} />}
        </div>
        <div className="pair">
          {tracking !== undefined && <StatesPanel tracking={tracking} scope={scope} />}
          {deliveries !== undefined && <DeliveriesPanel deliveries={deliveries} now={now} isNarrowed={courseRun !== ""} />}
        </div>
        {tracking !== undefined && (
          <Panel title="Events by day" note="The last six weeks, by UTC day; today is not over.">
            <DayBars values={tracking.eventsByDay} now={now} what="event" />
          </Panel>
        )}
      </div>
      <aside className="overview-side" aria-label="Live feed">
        <Feed />
      </aside>
    </div>
  );
}
