import { RiskBand, riskBands, RiskOverview } from "../api/contracts";
import { BandGlyph } from "../components/Badges";
import { Link } from "../components/Link";
import { formatCount, formatShare, plural } from "../format";
import { useWidth } from "../hooks/useSize";
import { bandClass } from "../theme";
import { abstentionWords, bandWords, spaced } from "../words";

const height = 26;
const gap = 2;

/** Enrollments by band as one bar, and as a list that leads to the learners of each band. */
export function BandBar({ risk, addressOf }: { risk: RiskOverview; addressOf: (band: RiskBand) => string }): JSX.Element {
  const [element, width] = useWidth<HTMLDivElement>();
  const counts = [...riskBands].reverse().map((band) => ({ band, count: risk.bands[band] ?? 0 }));
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const abstained = Object.entries(risk.abstained).filter(([, count]) => count > 0);
  let x = 0;
  return (
    <div>
      <div ref={element} className="chart">
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label={describe(counts, total)}>
            {total === 0 && <rect className="meter-track" width={width} height={height} rx="4" />}
            {counts.map(({ band, count }) => {
              const share = total === 0 ? 0 : (count / total) * width;
              const place = x;
              x += share;
              return count === 0 ? null : (
                <rect
                  key={band} className={`band-fill ${bandClass(band)}`} x={place} width={Math.max(2, share - gap)}
                  height={height} rx="3"
                >
                  <title>{`${bandWords[band]}: ${plural(count, "enrollment")}`}</title>
                </rect>
              );
            })}
          </svg>
        )}
      </div>
      <ul className="band-list">
        {counts.map(({ band, count }) => (
          <li key={band}>
            <Link href={addressOf(band)}>
              <BandGlyph band={band} />
              <span className="band-list-name">{bandWords[band]}</span>
              <span className="band-list-count">{formatCount(count)}</span>
              <span className="muted">{total === 0 ? "" : formatShare(count / total)}</span>
            </Link>
          </li>
        ))}
      </ul>
      {abstained.length > 0 && (
        <p className="muted small">
          No score for {abstained
            .map(([why, count]) => `${formatCount(count)} (${(abstentionWord(why)).toLowerCase()})`)
            .join(", ")}.
        </p>
      )}
    </div>
  );
}

const abstentionWord = (why: string): string => (abstentionWords as Record<string, string>)[why] ?? spaced(why);

function describe(counts: readonly { band: RiskBand; count: number }[], total: number): string {
  return `Of ${plural(total, "enrollment")}: `
    + counts.map(({ band, count }) => `${formatCount(count)} ${bandWords[band].toLowerCase()}`).join(", ");
}
