import type { CourseActivity, CourseRunOverview } from "../api/study";
import { learnerStates } from "../api/contracts";
import { CountBars } from "../charts/CountBars";
import { DayBars } from "../charts/DayBars";
import { WeekHeat } from "../charts/WeekHeat";
import { Anomalies } from "../components/Anomalies";
import { Icon } from "../components/Icon";
import { Link } from "../components/Link";
import { Empty, ErrorNotice, Loading } from "../components/Notices";
import { Panel } from "../components/Panel";
import { PageTitle } from "../components/Shell";
import { formatCount, formatDay, formatNumber, formatShare, formatSpan, millis } from "../format";
import { useNames, useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { useNow } from "../hooks/useNow";
import { stateWords } from "../words";
import { Read } from "./learner/StudyPanels";

/** One course run: who stands where, how far everybody is, when it is alive, and what is unusual. */
export function CourseRunPage({ id }: { id: string }): JSX.Element {
  const { client, courseRuns } = useSession();
  const nameOf = useNames();
  // Figures of a whole run change slowly beside the news of one learner.
  const revision = Math.floor(useNow() / 30_000);
  const overview = useApi((signal) => client.courseRunOverview(id, signal), id, revision);
  const progress = useApi((signal) => client.courseProgress(id, signal), id, revision, 10_000);
  const heat = useApi((signal) => client.heatmap(id, signal), id, revision, 10_000);
  const anomalies = useApi((signal) => client.anomalies({ courseRun: id }, signal), id, revision, 10_000);
  const title = courseRuns.find((run) => run.id === id)?.title ?? id;
  return (
    <>
      <PageTitle
        title={title} before={<Link className="back" href="/course-runs"><Icon name="back" size={15} />Courses</Link>}
        aside={<Link href={`/learners?courseRun=${encodeURIComponent(id)}`}>Its learners by risk</Link>}
      />
      {overview.error !== undefined && <ErrorNotice error={overview.error} retry={overview.reload} isStale={overview.value !== undefined} />}
      {overview.value === undefined ? overview.error === undefined && <Loading what="the course run" lines={8} /> : (
        <Standing run={overview.value} id={id} />
      )}
      <div className="pair">
        <Panel title="When it is alive" note="Events of the last 12 weeks by weekday and hour.">
          <Read answer={heat} what="the week">
            {(value) => <WeekHeat week={value.week} timeZone={value.timeZone} what="event" />}
          </Read>
        </Panel>
        <Panel title="Progress by activity" note="Learners who have done it, of all who began the run.">
          <Read answer={progress} what="the progress">
            {(value) => <Activities activities={value.activities} learners={value.learners} />}
          </Read>
        </Panel>
      </div>
      <Read answer={anomalies} what="what is unusual">
        {(value) => <Anomalies anomalies={value.anomalies} nameOf={nameOf} />}
      </Read>
    </>
  );
}

function Standing({ run, id }: { run: CourseRunOverview; id: string }): JSX.Element {
  const now = useNow();
  return (
    <>
      <dl className="standing">
        <div><dt>Learners</dt><dd>{formatCount(run.learners)}</dd></div>
        <div><dt>Active today</dt><dd>{formatCount(run.activeToday)}</dd></div>
        <div><dt>Active in 7 days</dt><dd>{formatCount(run.activeWeek)}</dd></div>
        {run.engagement !== undefined && (
          <div>
            <dt title="A decayed activity index; 1 is a typical active learner">Engagement, median</dt>
            <dd>{formatNumber(run.engagement.median)} <span className="muted small">1 is typical</span></dd>
          </div>
        )}
        {run.sessionSeconds !== undefined && (
          <div><dt>A session takes, median</dt><dd>{formatSpan(run.sessionSeconds.median * 1000)}</dd></div>
        )}
        {run.completion !== undefined && <div><dt>Completed</dt><dd>{formatShare(run.completion)}</dd></div>}
      </dl>
      <div className="pair">
        <Panel title="Where learners stand" note="Enrollments by lifecycle state.">
          <CountBars rows={learnerStates.map((state) => ({
            key: state, count: run.states[state] ?? 0, style: `bar state-bar-${state}`,
            label: <Link href={`/learners?courseRun=${encodeURIComponent(id)}&state=${state}`}>{stateWords[state]}</Link>,
          }))}
          />
        </Panel>
        <Panel title="Events by day" note="The last six weeks, by UTC day; today is not over.">
          <DayBars values={run.eventsByDay} now={now} what="event" />
        </Panel>
      </div>
    </>
  );
}

function Activities({ activities, learners }: { activities: readonly CourseActivity[]; learners: number }): JSX.Element {
  if (activities.length === 0) {
    return <Empty title="Nothing to measure yet"><p>The run declares no activities, and too few learners have begun any.</p></Empty>;
  }
  return (
    <div className="scroll-box" tabIndex={0} role="region" aria-label="Progress by activity">
      <CountBars
        total={Math.max(1, learners)} rows={activities.map((one) => ({
          key: one.activity, count: one.done,
          label: <>{one.title}{one.dueAt === undefined ? "" : <span className="muted small"> {formatDay(millis(one.dueAt))}</span>}</>,
          title: `done by ${one.done}, attempted by ${one.attempted}, only seen by ${one.seen} of ${learners}`,
        }))}
      />
    </div>
  );
}
