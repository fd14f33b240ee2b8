import { useEffect, useRef, useState } from "react";
import type { MessageDetail } from "../api/contracts";
import { formatBytes, formatExact } from "../format";
import { useNames, useSession } from "../hooks/session";
import { useApi } from "../hooks/useApi";
import { readMail, showMail } from "../mailDocument";
import { learnerAddress, Link } from "./Link";
import { Empty, ErrorNotice, Loading } from "./Notices";

const views = ["mail", "text", "source"] as const;
type View = (typeof views)[number];
const viewNames: Record<View, string> = { mail: "As a mail", text: "Plain text", source: "Source" };

/** One mail as it went out: rendered, as plain text, and byte for byte. */
export function MailView({ delivery }: { delivery: string }): JSX.Element {
  const { client } = useSession();
  const { value, error, reload } = useApi((signal) => client.message(delivery, signal), delivery);
  const [view, setView] = useState<View>("mail");
  if (value === undefined) {
    if (error === undefined) return <Loading what="the mail" />;
    return error.kind === "notFound"
      ? <Empty title="This mail is not kept"><p>Only mails that the sink wrote can be read here.</p></Empty>
      : <ErrorNotice error={error} retry={reload} />;
  }
  return (
    <article className="mail" aria-label={value.message.subject}>
      <MailHead mail={value} />
      <div className="chips" role="group" aria-label="How to show it">
        {views.map((one) => (
          <button key={one} type="button" className="chip" aria-pressed={view === one} onClick={() => setView(one)}>
            {viewNames[one]}
          </button>
        ))}
      </div>
      {view === "mail" && <RenderedMail html={value.html} />}
      {view === "text" && <pre className="mail-text" tabIndex={0}>{value.text}</pre>}
      {view === "source" && <pre className="mail-text mail-source" tabIndex={0}>{value.eml}</pre>}
    </article>
  );
}

function MailHead({ mail }: { mail: MessageDetail }): JSX.Element {
  const nameOf = useNames();
  const { subject, learner, sentAt, size } = mail.message;
  return (
    <header className="mail-head">
      <h3>{subject}</h3>
      <p className="muted small">
        To <Link href={learnerAddress(learner)}>{nameOf(learner)}</Link>, {formatExact(Date.parse(sentAt))}, {formatBytes(size)}
      </p>
    </header>
  );
}

/** In a sandboxed frame that may neither run scripts nor navigate nor fetch. */
function RenderedMail({ html }: { html: string }): JSX.Element {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(320);
  const [hasRemote, setHasRemote] = useState(false);
  useEffect(() => {
    if (frame.current === null) return;
    const mail = readMail(html);
    setHasRemote(mail.hasRemote);
    setHeight(showMail(frame.current, mail));
  }, [html]);
  return (
    <>
      <iframe ref={frame} className="mail-frame" sandbox="allow-same-origin" title="The mail as it went out" height={height} />
      {hasRemote && <p className="muted small">Pictures from elsewhere are not loaded.</p>}
    </>
  );
}
