import { FormEvent, useEffect, useRef, useState } from "react";
import { Client } from "../api/client";
import { asApiError } from "../api/errors";
import { Icon, Logo } from "./Icon";

/** Asks for a key, tries it, and says what is wrong with it. */
export function SignIn({ why, onKey }: { why: string | undefined; onKey: (key: string) => void }): JSX.Element {
  const [problem, setProblem] = useState(why);
  const [isTrying, setIsTrying] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = "Sign in · Holdfast";
    field.current?.focus();
  }, []);

  const attempt = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const key = field.current?.value.trim() ?? "";
    if (key === "") return setProblem("Put in a key first.");
    setIsTrying(true);
    try {
      await new Client(key).clock();
      onKey(key);
    } catch (error) {
      const failure = asApiError(error);
      setProblem(failure.kind === "unauthorized" ? "This key is not known here. Keys begin with hf_." : failure.message);
      field.current?.focus();
    } finally {
      setIsTrying(false);
    }
    return undefined;
  };

  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={(event) => void attempt(event)}>
        <Logo />
        <h1>Holdfast</h1>
        <p className="muted">Who is drifting away, why, and what helped. Sign in with a key that may read.</p>
        <label className="field field-wide" htmlFor="key">
          <span>API key</span>
          <input
            ref={field} id="key" type="password" autoComplete="off" spellCheck={false} placeholder="hf_…"
            aria-invalid={problem !== undefined} aria-describedby={problem === undefined ? undefined : "key-problem"}
          />
        </label>
        {problem !== undefined && (
          <p id="key-problem" className="notice notice-error" role="alert">
            <Icon name="warning" />
            <span>{problem}</span>
          </p>
        )}
        <button type="submit" className="button button-main" disabled={isTrying}>
          {isTrying ? "Trying the key" : "Sign in"}
        </button>
        <p className="muted small">
          The key stays in this tab and is forgotten when it is closed. <code>make run</code> prints one.
        </p>
      </form>
    </main>
  );
}
