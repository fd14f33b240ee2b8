import { useId, useState } from "react";
import { Outcome } from "../../components/Outcome";
import { useSession } from "../../hooks/session";
import { useAction } from "../../hooks/useAction";
import { isObject, mergePatch, parseJSON } from "../../mergePatch";
import { correct, discard, replay, Target } from "./mending";

/** Correct, replay, give up: for one event or for all that a filter shows. */
export function Mend({ target, whom, example, onChange }: {
  target: Target;
  /** E.g. `this event`. */
  whom: string;
  /** The event, as it stands, on which the patch is shown; absent while it is read. */
  example: string | undefined;
  onChange: () => void;
}): JSX.Element {
  const { client } = useSession();
  const action = useAction();
  const [patch, setPatch] = useState("");
  const [note, setNote] = useState("");
  const fields = useId();
  const run = (change: () => Promise<string>): void => action.run(async () => {
    const words = await change();
    onChange();
    return words;
  });
  const read = parseJSON(patch);
  const problem = "problem" in read ? read.problem : isObject(read.value) ? undefined : "a patch is an object, e.g. {\"verb\": \"viewed\"}";
  return (
    <div className="mend">
      <form onSubmit={(event) => { event.preventDefault(); run(() => correct(client, target, patch)); }}>
        <label className="field field-wide" htmlFor={`${fields}-patch`}>
          <span>JSON merge patch</span>
          <textarea
            id={`${fields}-patch`} rows={4} spellCheck={false} value={patch} placeholder={"{\"learner\": \"ada\", \"student\": null}"}
            aria-describedby={`${fields}-help`} onChange={(event) => setPatch(event.target.value)}
          />
        </label>
        <p id={`${fields}-help`} className="muted small">Over the event as it stands, corrected where it was: fields are put in place, null takes one away. Nothing goes in yet.</p>
        {patch !== "" && problem !== undefined && <p className="muted small">Not a patch yet: {problem}</p>}
        {problem === undefined && <Preview example={example} patch={"value" in read ? read.value : {}} />}
        <button type="submit" className="button" disabled={action.isBusy || problem !== undefined}>Correct {whom}</button>
      </form>
      <form onSubmit={(event) => { event.preventDefault(); run(() => replay(client, target)); }}>
        <p className="muted small">Sends {whom} in again, corrected where corrected. Twice is once.</p>
        <button type="submit" className="button button-main" disabled={action.isBusy}>Replay {whom}</button>
      </form>
      <form onSubmit={(event) => { event.preventDefault(); run(() => discard(client, target, note.trim())); }}>
        <label className="field field-wide" htmlFor={`${fields}-note`}>
          <span>Why it is given up</span>
          <input id={`${fields}-note`} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        <button type="submit" className="button" disabled={action.isBusy || note.trim() === ""}>Give up {whom}</button>
      </form>
      <Outcome action={action} />
    </div>
  );
}

function Preview({ example, patch }: { example: string | undefined; patch: unknown }): JSX.Element {
  if (example === undefined) return <p className="muted small">No event to show the patch on.</p>;
  const before = parseJSON(example);
  if ("problem" in before) return <p className="muted small">The event cannot be read as JSON, so a patch does not help it.</p>;
  return (
    <div>
      <h3>After the patch</h3>
      <pre className="code" tabIndex={0} aria-label="The event after the patch"><code>{JSON.stringify(mergePatch(before.value, patch), null, 2)}</code></pre>
    </div>
  );
}
