import type { ReactNode } from "react";
import type { ApiError } from "../api/errors";
import { missingWords } from "../words";
import { Icon } from "./Icon";

/** Says which services' figures are missing; nothing when all answered. */
export function MissingNotice({ services }: { services: readonly string[] }): JSX.Element | null {
  if (services.length === 0) return null;
  return (
    <p className="notice notice-warning" role="status">
      <Icon name="warning" />
      <span>{missingWords(services)}</span>
    </p>
  );
}

/** Says that something could not be read, what can be done, and whether what is shown is old. */
export function ErrorNotice(
  { error, retry, isStale = false }: { error: ApiError; retry: () => void; isStale?: boolean },
): JSX.Element {
  return (
    <div className="notice notice-error" role="alert">
      <Icon name="warning" />
      <div>
        <p>{error.message}{isStale ? " What is shown is from before." : ""}</p>
        {error.requestId !== undefined && <p className="muted">Request {error.requestId}</p>}
      </div>
      <button type="button" className="button" onClick={retry}>Try again</button>
    </div>
  );
}

/** What an empty place is for, and how something comes into it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }): JSX.Element {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** Grey bars where words will be; said once to a screen reader. */
export function Loading({ what, lines = 3 }: { what: string; lines?: number }): JSX.Element {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">Reading {what}</span>
      {Array.from({ length: lines }, (_, index) => <span key={index} className="loading-line" aria-hidden="true" />)}
    </div>
  );
}

/** The first thing to do on an installation that has heard nothing. */
export function FirstEvent(): JSX.Element {
  const command = [
    `curl ${location.origin}/v1/events \\`,
    "  -H 'Authorization: Bearer <a key that may send events>' \\",
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"events":[{"id":"1","learner":"ada","courseRun":"algebra-autumn","verb":"viewed",`,
    `       "activity":{"id":"page-1","kind":"content"},"occurredAt":"${new Date().toISOString()}"}]}'`,
  ].join("\n");
  return (
    <Empty title="No events yet">
      <p>Holdfast shows here what learners do, as soon as a learning platform says so. Send the first event by hand:</p>
      <pre className="code" tabIndex={0}><code>{command}</code></pre>
      <p>This page shows it within a second; there is nothing to load again.</p>
    </Empty>
  );
}
