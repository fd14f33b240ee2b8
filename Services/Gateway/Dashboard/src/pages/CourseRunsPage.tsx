import { courseRunAddress, Link } from "../components/Link";
import { Empty } from "../components/Notices";
import { Panel } from "../components/Panel";
import { PageTitle } from "../components/Shell";
import { formatDay, plural } from "../format";
import { useSession } from "../hooks/session";

/** Every declared course run, and the way to it. */
export function CourseRunsPage(): JSX.Element {
  const { courseRuns } = useSession();
  return (
    <>
      <PageTitle title="Courses" />
      <Panel title="Course runs">
        {courseRuns.length === 0 && (
          <Empty title="No course run is declared"><p>Declare one by PUT /v1/course-runs; until then runs are only known by name.</p></Empty>
        )}
        <ul className="plain-list">
          {courseRuns.map((run) => (
            <li key={run.id}>
              <span>
                <Link href={courseRunAddress(run.id)}>{run.title}</Link>
                <span className="muted"> {plural(run.activities.length + run.assessments.length, "activity", "activities")}</span>
              </span>
              <span className="muted small">{formatDay(run.startsAt)} to {formatDay(run.endsAt)}</span>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}
