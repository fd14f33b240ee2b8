import { useState } from "react";
import type { SinkMessage } from "../api/contracts";
import { Ago } from "../components/Badges";
import { Link } from "../components/Link";
import { MailView } from "../components/MailView";
import { Empty, ErrorNotice, Loading } from "../components/Notices";
import { Panel } from "../components/Panel";
import { PageTitle } from "../components/Shell";
import { formatBytes } from "../format";
import { useLive, useNames, useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import type { Route } from "../hooks/useRoute";

/** The mails that the sink wrote instead of sending them, and each of them as it would have arrived. */
export function MessagesPage({ delivery }: { route: Route; delivery: string | undefined }): JSX.Element {
  const { client } = useSession();
  const live = useLive();
  const [tokens, setTokens] = useState<readonly string[]>([]);
  const pageToken = tokens[tokens.length - 1];
  const { value, error, reload } = useApi(
    (signal) => client.messages(undefined, pageToken, signal), `messages ${pageToken ?? ""}`,
    live.feed.deliveries[0]?.id ?? "", 3_000,
  );
  const shown = delivery ?? value?.messages[0]?.delivery;
  return (
    <>
      <PageTitle title="Messages" aside={<span className="muted">Mails that were written to the sink instead of sent</span>} />
      {error !== undefined && <ErrorNotice error={error} retry={reload} isStale={value !== undefined} />}
      {value === undefined && error === undefined && <Loading what="the mails" lines={6} />}
      {value !== undefined && value.messages.length === 0 && delivery === undefined && (
        <Empty title="No mail yet">
          <p>
            With the provider <code>sink</code>, every mail is written to a folder and shown here instead of being sent. The first
            comes when a learner's risk becomes high and every rule of the policy passes.
          </p>
        </Empty>
      )}
      {value !== undefined && (value.messages.length > 0 || delivery !== undefined) && (
        <div className={delivery === undefined ? "mailbox" : "mailbox mailbox-open"}>
          <Panel title="Newest first" className="mailbox-list">
            <ul>
              {value.messages.map((message) => (
                <Entry key={message.delivery} message={message} isShown={message.delivery === shown} />
              ))}
            </ul>
            <nav className="pager" aria-label="Pages of the list">
              <button type="button" className="button button-small" disabled={tokens.length === 0} onClick={() => setTokens(tokens.slice(0, -1))}>
                Newer
              </button>
              <button
                type="button" className="button button-small" disabled={value.nextPageToken === ""}
                onClick={() => setTokens([...tokens, value.nextPageToken])}
              >
                Older
              </button>
            </nav>
          </Panel>
          <section className="panel mailbox-mail" aria-label="The mail">
            {delivery !== undefined && <Link className="back mailbox-back" href="/messages">All mails</Link>}
            {shown !== undefined && <MailView key={shown} delivery={shown} />}
          </section>
        </div>
      )}
    </>
  );
}

function Entry({ message, isShown }: { message: SinkMessage; isShown: boolean }): JSX.Element {
  const nameOf = useNames();
  return (
    <li>
      <Link className="mailbox-entry" href={`/messages/${message.delivery}`} aria-current={isShown ? "true" : undefined}>
        <span className="mailbox-name">{nameOf(message.learner)}</span>
        <span className="muted small"><Ago time={message.sentAt} /></span>
        <span className="mailbox-subject">{message.subject}</span>
        <span className="muted small">{formatBytes(message.size)}</span>
      </Link>
    </li>
  );
}
