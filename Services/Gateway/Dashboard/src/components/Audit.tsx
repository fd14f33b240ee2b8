import type { AuditEntry } from "../api/data";
import { sentence } from "../api/errors";
import { Ago } from "./Badges";

/** Every step that somebody took, oldest first: what, when, and by which key. */
export function Audit({ entries }: { entries: readonly AuditEntry[] }): JSX.Element {
  if (entries.length === 0) return <p className="muted">Nobody has changed anything.</p>;
  return (
    <ul className="plain-list">
      {entries.map((entry, index) => (
        <li key={index}>
          <span>
            <strong>{sentence(entry.action)}</strong> {entry.note}
            <br />
            <span className="muted small">by the key <code>{entry.actor.slice(0, 8)}</code></span>
          </span>
          <span className="muted small"><Ago time={entry.at} /></span>
        </li>
      ))}
    </ul>
  );
}
