import type { ReactNode } from "react";
import type { Overview } from "../../api/contracts";
import { BandGlyph } from "../../components/Badges";
import { Link } from "../../components/Link";
import { formatCount, formatShare } from "../../format";

/** The few figures that one looks at first. A service that is down leaves a dash, never a zero. */
export function Figures({ overview }: { overview: Overview }): JSX.Element {
  const { tracking, risk, nudging, deliveries } = overview;
  const atRisk = risk === undefined ? undefined : (risk.bands["high"] ?? 0) + (risk.bands["critical"] ?? 0);
  const scored = risk === undefined ? 0 : Object.values(risk.bands).reduce((sum, count) => sum + count, 0);
  return (
    <dl className="figures">
      <Figure
        name="Active now" value={tracking?.activeNow} isLive
        more={tracking === undefined ? "" : `${formatCount(tracking.activeToday)} of ${formatCount(tracking.learners)} today`}
      />
      <Figure
        name="Events, last minute" value={tracking?.eventsByMinute[tracking.eventsByMinute.length - 1]} isLive
        more={tracking === undefined ? "" : `${formatCount(tracking.eventsTotal)} in all`}
      />
      <Figure
        name="High or critical risk" value={atRisk}
        more={atRisk === undefined ? "" : (
          <Link href="/learners?band=critical">
            <BandGlyph band="critical" /> {formatCount(risk?.bands["critical"] ?? 0)} critical
            {scored > 0 ? `, ${formatShare(atRisk / scored)} of all` : ""}
          </Link>
        )}
      />
      <Figure
        name="Nudges sent" value={nudging?.outcomes["send"]}
        more={nudging === undefined ? "" : `${formatCount(nudging.outcomes["hold"] ?? 0)} waiting, `
          + `${formatCount(nudging.outcomes["holdout"] ?? 0)} held out`}
      />
      <Figure
        name="Mails sent" value={deliveries?.states["sent"]}
        more={deliveries === undefined ? "" : (
          <Link href="/messages">{formatCount(deliveries.states["failed"] ?? 0)} failed, {" "}
            {formatCount(deliveries.states["suppressed"] ?? 0)} suppressed
          </Link>
        )}
      />
    </dl>
  );
}

function Figure({ name, value, more, isLive = false }: {
  name: string; value: number | undefined; more: ReactNode; isLive?: boolean;
}): JSX.Element {
  return (
    <div className={isLive ? "figure figure-live" : "figure"}>
      <dt>{name}</dt>
      <dd className="figure-value">{value === undefined ? <span title="Not known right now">–</span> : formatCount(value)}</dd>
      <dd className="figure-more">{more}</dd>
    </div>
  );
}
