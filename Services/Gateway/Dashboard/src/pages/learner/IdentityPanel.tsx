import { useId, useState } from "react";
import type { LearnerIdentity } from "../../api/contracts";
import type { Identity } from "../../api/data";
import { learnerRoles } from "../../api/data";
import { Audit } from "../../components/Audit";
import { Ago } from "../../components/Badges";
import { learnerAddress, Link } from "../../components/Link";
import { Outcome } from "../../components/Outcome";
import { Panel } from "../../components/Panel";
import { useNames, useSession } from "../../hooks/session";
import { Action, useAction } from "../../hooks/useAction";
import { useApi } from "../../hooks/useApi";
import { roleWords } from "../../words";
import { Read } from "./StudyPanels";

/** Who the learner is to whom: names, role, who was merged into them, and who decided that. */
export function IdentityPanel({ learner, onChange }: { learner: string; onChange: () => void }): JSX.Element {
  const { client } = useSession();
  const answer = useApi((signal) => client.identity(learner, signal), learner);
  const action = useAction();
  const run = (change: () => Promise<string>): void => action.run(async () => {
    const words = await change();
    answer.reload();
    onChange();
    return words;
  });
  return (
    <Panel title="Identity" note="Names at each source, and what was decided about the person. Only learners are enrolled, scored, nudged and counted.">
      <Read answer={answer} what="the identity">
        {(identity) => <Parts identity={identity} action={{ ...action, run }} />}
      </Read>
      <Outcome action={action} />
    </Panel>
  );
}

function Parts({ identity, action }: { identity: Identity; action: Action }): JSX.Element {
  const { client } = useSession();
  const nameOf = useNames();
  const unmerge = (merged: string): void => action.run(async () => {
    await client.unmerge(merged);
    return "They are two again. What came meanwhile is with the one whom its platform named.";
  });
  return (
    <div className="identity-parts">
      <div>
        <h3>Names</h3>
        <p>{namesOf(identity.identities)}</p>
        <label className="field">
          <span>Role</span>
          <select
            value={identity.role} disabled={action.isBusy}
            onChange={(event) => {
              const role = learnerRoles.find((one) => one === event.target.value);
              if (role === undefined) return;
              action.run(async () => {
                await client.setRole(identity.learner, role);
                return role === "learner" ? "They count as a learner again, with all they did." : `They are ${roleWords[role].toLowerCase()} now: their events are kept, and count nowhere.`;
              });
            }}
          >
            {learnerRoles.map((role) => <option key={role} value={role}>{roleWords[role]}</option>)}
          </select>
        </label>
        <h3>Merged into this learner</h3>
        {identity.merged.length === 0 && <p className="muted">Nobody.</p>}
        <ul className="plain-list">
          {identity.merged.map((one) => (
            <li key={one.learner}>
              <span>{namesOf(one.identities)} <span className="muted small">merged <Ago time={one.mergedAt} /></span></span>
              <button type="button" className="button button-small" disabled={action.isBusy} onClick={() => unmerge(one.learner)}>Unmerge</button>
            </li>
          ))}
        </ul>
        {identity.mergedInto === undefined ? <Merge identity={identity} action={action} /> : (
          <p>
            Counts as <Link href={learnerAddress(identity.mergedInto)}>{nameOf(identity.mergedInto)}</Link>.{" "}
            <button type="button" className="button button-small" disabled={action.isBusy} onClick={() => unmerge(identity.learner)}>Unmerge</button>
          </p>
        )}
      </div>
      <div>
        <h3>What was decided</h3>
        <Audit entries={identity.audit} />
      </div>
    </div>
  );
}

/** Asks for the other's id, says what a merge does, and only then does it. */
function Merge({ identity, action }: { identity: Identity; action: Action }): JSX.Element {
  const { client } = useSession();
  const [other, setOther] = useState("");
  const [note, setNote] = useState("");
  const [isAsking, setIsAsking] = useState(false);
  const fields = useId();
  const merge = (): void => {
    setIsAsking(false);
    action.run(async () => {
      await client.merge(identity.learner, other.trim(), note.trim());
      setOther("");
      setNote("");
      return "Merged: all that the other did and will do counts for this learner.";
    });
  };
  return (
    <form className="mend" onSubmit={(event) => { event.preventDefault(); setIsAsking(true); }}>
      <h3>The same person under another id</h3>
      <label className="field field-wide" htmlFor={`${fields}-other`}>
        <span>Id of the other learner</span>
        <input
          id={`${fields}-other`} value={other} spellCheck={false} autoComplete="off" placeholder="from the address of the other's page"
          onChange={(event) => { setOther(event.target.value); setIsAsking(false); }}
        />
      </label>
      <label className="field field-wide" htmlFor={`${fields}-note`}>
        <span>Why (may be left out)</span>
        <input id={`${fields}-note`} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} />
      </label>
      {!isAsking
        ? <button type="submit" className="button" disabled={action.isBusy || other.trim() === ""}>Merge into this learner</button>
        : (
          <div className="notice notice-warning" role="alert">
            <div>
              <p>
                All that the other did and will do counts for this learner; the other leaves every list, and is nudged no
                more. Contacts, plans and past nudges stay where they are. Nothing is lost: Unmerge takes it back.
              </p>
              <p className="buttons">
                <button type="button" className="button button-main" onClick={merge}>Yes, merge</button>
                <button type="button" className="button" onClick={() => setIsAsking(false)}>No</button>
              </p>
            </div>
          </div>
        )}
    </form>
  );
}

const namesOf = (identities: readonly LearnerIdentity[]): string =>
  identities.length === 0 ? "none" : identities.map((one) => `${one.externalID} at ${one.source}`).join(", ");
