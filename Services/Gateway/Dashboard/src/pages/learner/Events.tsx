import { useState } from "react";
import type { LearningSession, TimelineEvent } from "../../api/contracts";
import { Ago } from "../../components/Badges";
import { Empty } from "../../components/Notices";
import { Panel } from "../../components/Panel";
import { formatDayTime, formatSpan, plural } from "../../format";
import { activityWords, verbWords } from "../../words";

const shownAtFirst = 12;

/** What the learner did, newest first. */
export function EventList({ events }: { events: readonly TimelineEvent[] }): JSX.Element {
  const [isOpen, setIsOpen] = useState(false);
  const shown = isOpen ? events : events.slice(0, shownAtFirst);
  return (
    <Panel title="Events" note={events.length === 0 ? undefined : "The newest 200 at most; older ones are in the API."}>
      {events.length === 0 && <Empty title="No events"><p>This learner has not been seen at all.</p></Empty>}
      <ul className="plain-list">
        {shown.map((event) => (
          <li key={`${event.source} ${event.eventID}`}>
            <span>
              {capital(verbWords(event.verb))} {activityWords(event.activity)}
              {event.result?.count !== undefined && event.result.count > 1 ? `, ${event.result.count} times` : ""}
              {event.result?.score !== undefined ? `, ${Math.round(event.result.score * 100)} of 100` : ""}
            </span>
            <span className="muted small" title={`from ${event.source}`}>{formatDayTime(event.occurredAt)}</span>
          </li>
        ))}
      </ul>
      {events.length > shownAtFirst && (
        <button type="button" className="button" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {isOpen ? "Show fewer" : `Show ${plural(events.length, "event")}`}
        </button>
      )}
    </Panel>
  );
}

/** Stretches of activity without a pause longer than half an hour. */
export function SessionList({ sessions }: { sessions: readonly LearningSession[] }): JSX.Element {
  return (
    <Panel title="Sessions" note="Without a pause longer than 30 minutes; idle time after the last event is not counted.">
      {sessions.length === 0 && <Empty title="No sessions"><p>A session begins with the first event.</p></Empty>}
      <ul className="plain-list">
        {sessions.slice(0, shownAtFirst).map((session) => (
          <li key={`${session.startedAt} ${session.courseRun ?? ""}`}>
            <span>
              {formatDayTime(session.startedAt)}
              <span className="muted"> for {formatSpan(session.timeOnTaskSeconds * 1000)}, {plural(session.eventCount, "event")}</span>
            </span>
            <span className="muted small"><Ago time={session.startedAt} /></span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
