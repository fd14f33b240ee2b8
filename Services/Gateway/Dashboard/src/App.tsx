import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Client } from "./api/client";
import { LiveFeed } from "./api/live";
import { NameBook } from "./api/names";
import { Shell } from "./components/Shell";
import { SignIn } from "./components/SignIn";
import { Session, SessionContext, useLive, useSession } from "./hooks/session";
import { useApi } from "./hooks/useApi";
import { Route, useRoute } from "./hooks/useRoute";
import { AnomaliesPage } from "./pages/AnomaliesPage";
import { CourseRunPage } from "./pages/CourseRunPage";
import { CourseRunsPage } from "./pages/CourseRunsPage";
import { LearnerPage } from "./pages/LearnerPage";
import { LearnersPage } from "./pages/LearnersPage";
import { MessagesPage } from "./pages/MessagesPage";
import { NotFoundPage } from "./pages/NotFoundPage";
import { OverviewPage } from "./pages/OverviewPage";
import { QuarantinedEventPage } from "./pages/QuarantinedEventPage";
import { QuarantinePage } from "./pages/QuarantinePage";
import { SourcesPage } from "./pages/SourcesPage";
import { SystemPage } from "./pages/SystemPage";

const keptKey = "holdfast:key";

/** The key of this tab: from the address, which then forgets it, or as kept from before. */
function takeKey(): string | undefined {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given !== null && given !== "") {
    sessionStorage.setItem(keptKey, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return sessionStorage.getItem(keptKey) ?? undefined;
}

export function App(): JSX.Element {
  const [key, setKey] = useState(takeKey);
  const [why, setWhy] = useState<string>();
  useEffect(() => {
    // A link with another key, followed while the page is open.
    const look = (): void => setKey(takeKey());
    window.addEventListener("hashchange", look);
    return () => window.removeEventListener("hashchange", look);
  }, []);
  const signIn = (given: string): void => {
    sessionStorage.setItem(keptKey, given);
    setWhy(undefined);
    setKey(given);
  };
  const signOut = useCallback((words?: string) => {
    sessionStorage.removeItem(keptKey);
    setWhy(words);
    setKey(undefined);
  }, []);
  if (key === undefined) return <SignIn why={why} onKey={signIn} />;
  return <SignedIn key={key} apiKey={key} signOut={signOut} />;
}

function SignedIn({ apiKey, signOut }: { apiKey: string; signOut: (why?: string) => void }): JSX.Element {
  const client = useMemo(() => new Client(apiKey), [apiKey]);
  const feed = useMemo(() => new LiveFeed(apiKey), [apiKey]);
  const names = useMemo(() => new NameBook(client), [client]);
  const clock = useApi((signal) => client.clock(signal), apiKey);
  const [revision, setRevision] = useState(0);
  const runs = useApi((signal) => client.courseRuns(signal), apiKey, revision, 5_000);

  useEffect(() => {
    feed.start();
    return () => feed.stop();
  }, [feed]);
  // A course run that is declared while the page is open belongs into every filter.
  useEffect(() => feed.subscribe(() => setRevision(courseRunFacts(feed))), [feed]);
  useEffect(() => {
    const failure = clock.error ?? runs.error;
    if (failure?.kind === "unauthorized") signOut("This key is not known here any more. Sign in with another one.");
  }, [clock.error, runs.error, signOut]);

  const session = useMemo<Session>(
    () => ({
      client, feed, names, signOut, courseRuns: runs.value?.courseRuns ?? [],
      isClockSimulated: clock.value?.simulated ?? false,
    }),
    [client, feed, names, signOut, runs.value, clock.value],
  );
  return (
    <SessionContext.Provider value={session}>
      <RefusedKey />
      <Pages />
    </SessionContext.Provider>
  );
}

const courseRunFacts = (feed: LiveFeed): number =>
  feed.snapshot().feed.activity.filter((item) => item.fact.type === "CourseRunDefined").length;

/** A key that was revoked while the page was open ends the session with a word, not with frozen figures. */
function RefusedKey(): null {
  const { connection } = useLive();
  const { signOut } = useSession();
  const reason = connection.is === "refused" ? connection.reason : undefined;
  useEffect(() => {
    if (reason !== undefined) signOut(`The gateway ended the session: ${reason}.`);
  }, [reason, signOut]);
  return null;
}

function Pages(): JSX.Element {
  const route = useRoute();
  const before = useRef(route.path);
  useEffect(() => {
    if (before.current === route.path) return;
    before.current = route.path;
    // Where a page has somewhere better for the focus, e.g. the row that one came from, it takes it itself.
    if (document.activeElement === document.body || document.activeElement === null) {
      document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
    }
    window.scrollTo(0, 0);
  }, [route.path]);
  return <Shell route={route}>{pageAt(route)}</Shell>;
}

function pageAt(route: Route): JSX.Element {
  const [place, id, ...more] = route.path.split("/").filter((part) => part !== "");
  if (more.length > 0) return <NotFoundPage />;
  switch (place) {
    case undefined: return <OverviewPage route={route} />;
    case "learners":
      return id === undefined ? <LearnersPage route={route} /> : <LearnerPage key={id} id={decodeURIComponent(id)} route={route} />;
    case "course-runs":
      return id === undefined ? <CourseRunsPage /> : <CourseRunPage key={id} id={decodeURIComponent(id)} />;
    case "messages": return <MessagesPage route={route} delivery={id} />;
    case "anomalies": return id === undefined ? <AnomaliesPage route={route} /> : <NotFoundPage />;
    case "sources": return id === undefined ? <SourcesPage /> : <NotFoundPage />;
    case "quarantine":
      return id === undefined ? <QuarantinePage route={route} /> : <QuarantinedEventPage key={id} id={decodeURIComponent(id)} />;
    case "system": return id === undefined ? <SystemPage /> : <NotFoundPage />;
    default: return <NotFoundPage />;
  }
}

/** What is left of the page when drawing it failed: a sentence and a way on, never a white window. */
export function BrokenPage({ error }: { error: Error }): JSX.Element {
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <h1>This page broke</h1>
        <p>A fault of the dashboard itself: {error.message}. The services are not touched by it.</p>
        <button type="button" className="button button-main" onClick={() => location.assign("/")}>Load it anew</button>
      </div>
    </main>
  );
}
