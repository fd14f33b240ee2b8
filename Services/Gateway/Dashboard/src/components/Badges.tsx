import type { LearnerState, RiskBand, RiskPrediction } from "../api/contracts";
import { riskBands } from "../api/contracts";
import { formatExact, formatAgo, formatRisk } from "../format";
import { useNow } from "../hooks/useNow";
import { bandClass } from "../theme";
import { abstentionWords, bandWords, stateHelp, stateWords } from "../words";

/** One to four filled steps: the band without any colour. */
export function BandGlyph({ band }: { band: RiskBand }): JSX.Element {
  const filled = riskBands.indexOf(band) + 1;
  return (
    <svg className={`band-glyph ${bandClass(band)}`} width="16" height="12" viewBox="0 0 16 12" aria-hidden="true">
      {riskBands.map((step, index) => (
        <rect
          key={step} className={index < filled ? "step-on" : "step-off"} x={index * 4} y={9 - index * 3} width="3"
          height={3 + index * 3} rx="0.75"
        />
      ))}
    </svg>
  );
}

export function BandBadge({ band }: { band: RiskBand }): JSX.Element {
  return (
    <span className={`badge ${bandClass(band)}`}>
      <BandGlyph band={band} />
      {bandWords[band]}
    </span>
  );
}

/** Risk as number, bar and band; or why there is none. */
export function RiskMeter({ risk }: { risk: RiskPrediction | undefined }): JSX.Element {
  if (risk === undefined) return <span className="muted">Not looked at yet</span>;
  if (risk.score === undefined || risk.band === undefined) {
    return (
      <span className="muted">
        No score: {(risk.abstention === undefined ? "the model abstained" : abstentionWords[risk.abstention]).toLowerCase()}
      </span>
    );
  }
  return (
    <span className={`meter ${bandClass(risk.band)}`}>
      <span className="meter-number">{formatRisk(risk.score)}</span>
      <svg className="meter-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect className="meter-track" width="100" height="8" />
        <rect className="meter-fill" width={Math.max(2, risk.score * 100)} height="8" />
      </svg>
      <BandBadge band={risk.band} />
    </span>
  );
}

export function StateTag({ state }: { state: LearnerState }): JSX.Element {
  return (
    <span className={`tag state-${state}`} title={stateHelp[state]}>
      {stateWords[state] ?? state}
    </span>
  );
}

/** How long ago, with the exact time at hand. */
export function Ago({ time }: { time: string }): JSX.Element {
  const now = useNow();
  return (
    <time dateTime={time} title={formatExact(Date.parse(time))}>
      {formatAgo(time, now)}
    </time>
  );
}
