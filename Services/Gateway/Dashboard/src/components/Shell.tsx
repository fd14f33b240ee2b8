import type { ReactNode } from "react";
import { useEffect, useRef } from "react";
import { formatAgo, formatDayTime } from "../format";
import { useLive, useSession } from "../hooks/session";
import { useNow, useTick } from "../hooks/useNow";
import type { Route } from "../hooks/useRoute";
import { Icon, IconName, Logo } from "./Icon";
import { Link } from "./Link";

const places: readonly { address: string; name: string; icon: IconName; also?: readonly string[] }[] = [
  { address: "/", name: "Overview", icon: "overview" },
  { address: "/learners", name: "Learners", icon: "learners", also: ["/anomalies"] },
  { address: "/course-runs", name: "Courses", icon: "courses" },
  { address: "/messages", name: "Messages", icon: "messages" },
  { address: "/sources", name: "Data", icon: "data", also: ["/quarantine"] },
  { address: "/system", name: "System", icon: "system" },
];

const isAt = (address: string, path: string): boolean =>
  address === "/" ? path === "/" : path === address || path.startsWith(`${address}/`);

/** The frame around every page: skip link, where one can go, whether the figures are live, the page itself. */
export function Shell({ route, children }: { route: Route; children: ReactNode }): JSX.Element {
  const { signOut } = useSession();
  return (
    <>
      <a className="skip" href="#main">Skip to the page</a>
      <header className="top">
        <Link className="brand" href="/" aria-label="Holdfast, overview">
          <Logo />
          <span>Holdfast</span>
        </Link>
        <nav aria-label="Pages">
          {places.map(({ address, name, icon, also = [] }) => (
            <Link key={address} href={address} aria-current={[address, ...also].some((one) => isAt(one, route.path)) ? "page" : undefined}>
              <Icon name={icon} />
              <span>{name}</span>
            </Link>
          ))}
        </nav>
        <div className="top-end">
          <DomainClock />
          <ConnectionSign />
          <button type="button" className="button button-quiet" onClick={() => signOut()} title="Sign out">
            <Icon name="signOut" />
            <span className="visually-hidden">Sign out</span>
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>{children}</main>
    </>
  );
}

function DomainClock(): JSX.Element | null {
  const live = useLive();
  const now = useNow();
  const { isClockSimulated } = useSession();
  if (live.serverNow === undefined) return null;
  return (
    <span className="domain-clock" title="The services' own time, by which everything here is dated">
      {formatDayTime(now)} UTC{isClockSimulated ? ", simulated" : ""}
    </span>
  );
}

/** Whether what is shown is live; the change alone is said aloud, not each figure. */
function ConnectionSign(): JSX.Element {
  const { connection, heardAt } = useLive();
  useTick(5_000);
  const stale = heardAt === undefined ? "" : `, as of ${formatAgo(heardAt, Date.now())}`;
  const [style, short, long] = ((): [string, string, string] => {
    switch (connection.is) {
      case "live": return ["live", "Live", "Figures change as things happen"];
      case "connecting": return ["waiting", "Connecting", "The live connection is being opened"];
      case "reconnecting":
        return ["lost", `Reconnecting${stale}`, `${connection.reason}; attempt ${connection.attempt}`];
      case "refused": return ["lost", "Not live", connection.reason];
    }
  })();
  return (
    <span className={`connection connection-${style}`} role="status" title={long}>
      <span className="connection-dot" aria-hidden="true" />
      {short}
    </span>
  );
}

/** A page's title: in the tab, and as a heading that takes the focus when the page is come to. */
export function PageTitle({ title, aside, before }: {
  title: string; aside?: ReactNode; before?: ReactNode;
}): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Holdfast`;
  }, [title]);
  return (
    <div className="page-head">
      {before}
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      {aside !== undefined && <div className="page-aside">{aside}</div>}
    </div>
  );
}

/** Narrows a page to one course run; kept in the address. */
export function CourseRunFilter({ value, onChange }: {
  value: string; onChange: (courseRun: string) => void;
}): JSX.Element {
  const { courseRuns } = useSession();
  const isUnknown = value !== "" && !courseRuns.some((run) => run.id === value);
  return (
    <label className="field">
      <span>Course run</span>
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">All</option>
        {courseRuns.map((run) => <option key={run.id} value={run.id}>{run.title}</option>)}
        {isUnknown && <option value={value}>{value}</option>}
      </select>
    </label>
  );
}
