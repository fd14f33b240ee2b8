import type { Action } from "../hooks/useAction";

/** What came of a change; said aloud when it comes. */
export function Outcome({ action }: { action: Action }): JSX.Element {
  return (
    <div role="status">
      {action.isBusy && <p className="muted">Being done…</p>}
      {action.problem !== undefined && <p className="notice notice-error">{action.problem}</p>}
      {action.done !== undefined && <p className="notice notice-good">{action.done}</p>}
    </div>
  );
}
