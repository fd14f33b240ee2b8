import { useEffect } from "react";
import type { LearnerDetail } from "../api/contracts";
import { LearnerTimeline } from "../charts/LearnerTimeline";
import { ReasonBars } from "../charts/ReasonBars";
import { timelineOf } from "../charts/timelineModel";
import { Ago, RiskMeter, StateTag } from "../components/Badges";
import { Icon } from "../components/Icon";
import { courseRunAddress, Link } from "../components/Link";
import { Empty, ErrorNotice, Loading, MissingNotice } from "../components/Notices";
import { Panel } from "../components/Panel";
import { PageTitle } from "../components/Shell";
import { formatExact, formatNumber, plural, shortLearner } from "../format";
import { useLive, useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { useNow } from "../hooks/useNow";
import { navigate, Route, withQuery } from "../hooks/useRoute";
import { abstentionWords, levelWords } from "../words";
import { DecisionLog } from "./learner/DecisionLog";
import { EventList, SessionList } from "./learner/Events";
import { IdentityPanel } from "./learner/IdentityPanel";
import { NudgesAndMails } from "./learner/NudgesAndMails";
import { StudyPanels } from "./learner/StudyPanels";

/** All that is known of one learner. */
export function LearnerPage({ id, route }: { id: string; route: Route }): JSX.Element {
  const { client, names } = useSession();
  const live = useLive();
  const { value: page, error, reload } = useApi((signal) => client.learner(id, signal), id, live.changes.get(id) ?? 0);
  useEffect(() => {
    if (page !== undefined) names.learn([page]);
  }, [page, names]);
  const title = page?.name ?? names.get(id) ?? shortLearner(id);
  return (
    <>
      <PageTitle
        title={title}
        before={<Link className="back" href="/learners"><Icon name="back" size={15} />Learners</Link>}
        aside={page !== undefined && <Identities page={page} />}
      />
      {error !== undefined && <ErrorNotice error={error} retry={reload} isStale={page !== undefined} />}
      {page !== undefined && <MissingNotice services={page.unavailable} />}
      {page === undefined ? error === undefined && <Loading what="the learner" lines={10} /> : (
        <>
          <Parts page={page} route={route} />
          <IdentityPanel learner={page.learner} onChange={reload} />
        </>
      )}
    </>
  );
}

function Parts({ page, route }: { page: LearnerDetail; route: Route }): JSX.Element {
  const { courseRuns } = useSession();
  const now = useNow();
  const runs = [...new Set([...page.enrollments.map((one) => one.courseRun), ...page.risks.map((one) => one.courseRun)])];
  const wanted = route.query.get("courseRun");
  const courseRun = runs.find((run) => run === wanted) ?? runs[0];
  const risk = page.risks.find((one) => one.courseRun === courseRun);
  const titleOf = (run: string): string => courseRuns.find((one) => one.id === run)?.title ?? run;
  const timeline = timelineOf(page, courseRun, courseRuns.find((one) => one.id === courseRun), now);
  return (
    <>
      {runs.length > 1 && (
        <div className="chips" role="group" aria-label="Course run">
          {runs.map((run) => (
            <button
              key={run} type="button" className="chip" aria-pressed={run === courseRun}
              onClick={() => navigate(withQuery(route, { courseRun: run }), "replace")}
            >
              {titleOf(run)}
            </button>
          ))}
        </div>
      )}
      <Standing page={page} courseRun={courseRun} title={courseRun === undefined ? undefined : titleOf(courseRun)} />
      <Panel title="Risk, activity, nudges and returns" note="One time axis, UTC. Activity counts all course runs; small triangles are deadlines.">
        <LearnerTimeline timeline={timeline} />
      </Panel>
      <div className="pair">
        <Panel title="Why this risk" note={risk === undefined ? undefined : (
          <>Scored <Ago time={risk.scoredAt} /> by {risk.model}{risk.level === undefined ? "" : `, ${levelWords[risk.level]}`}.</>
        )}
        >
          {risk === undefined && <Empty title="No score yet"><p>Prediction has not looked at this enrollment.</p></Empty>}
          {risk !== undefined && risk.score === undefined && (
            <Empty title="No score">
              <p>{risk.abstention === undefined ? "The model abstained." : `${abstentionWords[risk.abstention]}.`} No guess is better than a wrong one.</p>
            </Empty>
          )}
          {risk !== undefined && risk.score !== undefined && (risk.reasons.length === 0
            ? <Empty title="Nothing stands out"><p>No indicator moves this score by more than a trace.</p></Empty>
            : <ReasonBars risk={risk} />)}
        </Panel>
        <NudgesAndMails page={page} courseRun={courseRun} />
      </div>
      {courseRun !== undefined && <StudyPanels learner={page.learner} courseRun={courseRun} revision={page.events.length} />}
      <DecisionLog decisions={page.decisions} />
      <div className="pair">
        <EventList events={page.events} />
        <SessionList sessions={page.sessions} />
      </div>
    </>
  );
}

/** The enrollment in one line of figures. */
function Standing({ page, courseRun, title }: {
  page: LearnerDetail; courseRun: string | undefined; title: string | undefined;
}): JSX.Element {
  const enrollment = page.enrollments.find((one) => one.courseRun === courseRun);
  const risk = page.risks.find((one) => one.courseRun === courseRun);
  return (
    <dl className="standing">
      <div><dt>Risk</dt><dd><RiskMeter risk={risk} /></dd></div>
      {courseRun !== undefined && title !== undefined && (
        <div><dt>Course run</dt><dd><Link href={courseRunAddress(courseRun)}>{title}</Link></dd></div>
      )}
      {enrollment !== undefined && (
        <>
          <div><dt>State</dt><dd><StateTag state={enrollment.state} /></dd></div>
          <div>
            <dt>Last activity</dt>
            <dd>{enrollment.lastActivityAt === undefined ? "never" : <Ago time={enrollment.lastActivityAt} />}</dd>
          </div>
          <div>
            <dt title="A decayed activity index; 1 is a typical active learner">Engagement</dt>
            <dd>{formatNumber(enrollment.engagement)} <span className="muted small">1 is typical</span></dd>
          </div>
          <div><dt>Events</dt><dd>{plural(enrollment.eventCount, "event")}</dd></div>
          <div><dt>Enrolled</dt><dd><Ago time={enrollment.enrolledAt} /></dd></div>
        </>
      )}
    </dl>
  );
}

function Identities({ page }: { page: LearnerDetail }): JSX.Element {
  return (
    <span className="identities muted small">
      {page.identities.map((one) => `${one.externalID} at ${one.source}`).join(", ")}
      {page.enrollments[0] !== undefined && (
        <span className="visually-hidden">, enrolled {formatExact(Date.parse(page.enrollments[0].enrolledAt))}</span>
      )}
    </span>
  );
}
