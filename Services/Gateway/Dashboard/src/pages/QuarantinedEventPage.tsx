import type { QuarantinedEvent } from "../api/contracts";
import type { QuarantinedEventPage as EventPage } from "../api/data";
import { Audit } from "../components/Audit";
import { Ago } from "../components/Badges";
import { Icon } from "../components/Icon";
import { Link } from "../components/Link";
import { ErrorNotice, Loading } from "../components/Notices";
import { Panel } from "../components/Panel";
import { PageTitle } from "../components/Shell";
import { useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { parseJSON } from "../mergePatch";
import { problemWords, quarantineStateWords } from "../words";
import { Mend } from "./quarantine/Mend";

/** One event that could not be taken in: why, as it came, what was done about it, and what can be. */
export function QuarantinedEventPage({ id }: { id: string }): JSX.Element {
  const { client } = useSession();
  const { value: page, error, reload } = useApi((signal) => client.quarantinedEvent(id, signal), id);
  return (
    <>
      <PageTitle
        title={`Quarantined event ${id}`}
        before={<Link className="back" href="/quarantine"><Icon name="back" size={15} />Quarantine</Link>}
      />
      {error !== undefined && <ErrorNotice error={error} retry={reload} isStale={page !== undefined} />}
      {page === undefined ? error === undefined && <Loading what="the event" lines={8} /> : (
        <>
          <Why event={page.event} />
          {page.event.status === "conflict" && <Conflict page={page} />}
          <div className="pair">
            <div className="stack">
              <Panel title="As it came" note={page.event.format === undefined ? "It never changes." : `A record in the format ${page.event.format}. It never changes.`}>
                <Code text={page.event.raw} what="The event as it came" />
              </Panel>
              {page.event.corrected !== undefined && (
                <Panel title="Corrected" note="A replay takes this."><Code text={page.event.corrected} what="The corrected event" /></Panel>
              )}
            </div>
            <div className="stack">
              <Panel title="Mend"><Mend target={{ id: page.event.id }} whom="this event" example={page.event.corrected ?? page.event.raw} onChange={reload} /></Panel>
              <Panel title="What was done"><Audit entries={page.audit} /></Panel>
            </div>
          </div>
        </>
      )}
    </>
  );
}

function Why({ event }: { event: QuarantinedEvent }): JSX.Element {
  return (
    <Panel title="Why it is here">
      <p>{event.reason}</p>
      <dl className="facts">
        <div><dt>Field</dt><dd><code>{event.field}</code> <span className="muted">{problemWords[event.problem].toLowerCase()}</span></dd></div>
        <div><dt>Source</dt><dd>{event.source}</dd></div>
        {event.eventID !== undefined && <div><dt>Its id</dt><dd>{event.eventID}</dd></div>}
        <div>
          <dt>State</dt>
          <dd>{quarantineStateWords[event.state]}{event.outcome === undefined ? "" : `, then ${event.outcome}`}</dd>
        </div>
        <div><dt>Received</dt><dd><Ago time={event.receivedAt} /></dd></div>
      </dl>
    </Panel>
  );
}

function Conflict({ page }: { page: EventPage }): JSX.Element {
  const stored = page.storedContext === undefined ? page.stored : { ...page.stored, context: page.storedContext };
  return (
    <Panel
      title="The event that holds its id"
      note={page.stored === undefined ? "It was recorded under another learner: the fields that differ are named, its values are not shown." : "Taken in first; the fields in which the two differ."}
    >
      <div className="table-scroll" tabIndex={0} role="region" aria-label="Differences">
        <table>
          <thead><tr><th scope="col">Field</th><th scope="col">This event</th><th scope="col">The stored one</th></tr></thead>
          <tbody>
            {page.differences.map((one) => (
              <tr key={one.field}>
                <th scope="row"><code>{one.field}</code></th>
                <td>{one.sent === "" ? <span className="muted">nothing</span> : one.sent}</td>
                <td>{one.stored === undefined ? <span className="muted">not at hand</span> : one.stored === "" ? <span className="muted">nothing</span> : one.stored}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {stored !== undefined && <Code text={JSON.stringify(stored)} what="The stored event" />}
    </Panel>
  );
}

/** JSON on lines of its own where it can be read, and as it is where it cannot. */
function Code({ text, what }: { text: string; what: string }): JSX.Element {
  const read = parseJSON(text);
  return <pre className="code" tabIndex={0} aria-label={what}><code>{"value" in read ? JSON.stringify(read.value, null, 2) : text}</code></pre>;
}
