import { useState } from "react";
import type { Delivery, LearnerDetail } from "../../api/contracts";
import { Ago } from "../../components/Badges";
import { MailView } from "../../components/MailView";
import { Empty } from "../../components/Notices";
import { Panel } from "../../components/Panel";
import { formatSpan, millis } from "../../format";
import { deliveryReason, deliveryWords, kindWords } from "../../words";

/** What was sent to this learner, whether it arrived, and whether they came back; the newest mail as it went out. */
export function NudgesAndMails({ page, courseRun }: { page: LearnerDetail; courseRun: string | undefined }): JSX.Element {
  const nudges = page.nudges.filter((nudge) => courseRun === undefined || nudge.courseRun === courseRun);
  const deliveries = page.deliveries.filter((one) => one.courseRun === undefined || courseRun === undefined || one.courseRun === courseRun);
  const [open, setOpen] = useState<string>();
  return (
    <Panel title="Nudges and mails" note="Newest first; each with what came of it.">
      {nudges.length === 0 && deliveries.length === 0 && (
        <Empty title="Nothing was sent">
          <p>The decisions below say why, rule by rule.</p>
        </Empty>
      )}
      <ul className="plain-list">
        {nudges.map((nudge) => (
          <li key={nudge.nudge}>
            <span>
              <strong>{kindWords[nudge.kind] ?? nudge.kind}</strong>{" "}
              {nudge.returnedAt === undefined
                ? <span className="muted">no return yet</span>
                : (
                  <span className="good">
                    came back after {formatSpan(millis(nudge.returnedAt) - millis(nudge.deliveredAt ?? nudge.decidedAt))}
                  </span>
                )}
            </span>
            <span className="muted small"><Ago time={nudge.decidedAt} /></span>
          </li>
        ))}
      </ul>
      {deliveries.length > 0 && <h3>Mails</h3>}
      <ul className="plain-list">
        {deliveries.map((delivery) => (
          <li key={delivery.delivery}>
            <span>
              {describe(delivery)}
              {isInSink(delivery) && (
                <button
                  type="button" className="button button-small" aria-expanded={open === delivery.delivery}
                  onClick={() => setOpen(open === delivery.delivery ? undefined : delivery.delivery)}
                >
                  {open === delivery.delivery ? "Close the mail" : "Read the mail"}
                </button>
              )}
            </span>
            <span className="muted small"><Ago time={delivery.changedAt} /></span>
          </li>
        ))}
      </ul>
      {open !== undefined && <MailView key={open} delivery={open} />}
    </Panel>
  );
}

/** Only the sink keeps what it sent; a real provider's mails are gone. */
const isInSink = (delivery: Delivery): boolean => delivery.provider === "sink" && delivery.state === "sent";

function describe(delivery: Delivery): string {
  const reason = delivery.reason === undefined ? "" : `: ${deliveryReason(delivery.reason)}`;
  const attempts = delivery.attempts > 1 ? ` after ${delivery.attempts} attempts` : "";
  return `${delivery.channel === "email" ? "Email" : "SMS"} ${deliveryWords[delivery.state].toLowerCase()}${attempts}${reason} `;
}
