import { formatCount, formatShare } from "../../format";
import { useSession } from "../../hooks/session";
import { useApi } from "../../hooks/useApi";
import { driftPlaceWords } from "../../words";
import { Ago } from "../../components/Badges";
import { Read } from "../learner/StudyPanels";

/** Verbs, kinds and fields of a source that have no meaning here, with the word that each most likely stands for. */
export function DriftWords({ source, revision }: { source: string; revision: number }): JSX.Element {
  const { client } = useSession();
  const answer = useApi((signal) => client.drift(source, signal), source, revision, 10_000);
  return (
    <Read answer={answer} what="its words">
      {({ words, sampledEvents }) => words.length === 0
        ? <p className="muted">None in the {formatCount(sampledEvents)} events that were looked at.</p>
        : (
          <div className="table-scroll scroll-box" title={`Looked at: ${formatCount(sampledEvents)} events`} tabIndex={0} role="region" aria-label={`Words of ${source} that nobody knows`}>
            <table className="compact">
              <thead><tr><th scope="col">Word</th><th scope="col">Most likely</th><th scope="col">Share</th><th scope="col">First seen</th></tr></thead>
              <tbody>
                {words.map((word) => (
                  <tr key={`${word.place} ${word.word}`}>
                    <th scope="row"><code>{word.word}</code><br /><span className="muted small">{driftPlaceWords[word.place]}</span></th>
                    <td>{word.suggestion === undefined ? <span className="muted">none near</span> : <code>{word.suggestion}</code>}</td>
                    <td>{formatShare(word.share)}</td>
                    <td className="nowrap"><Ago time={word.firstSeenAt} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </Read>
  );
}
