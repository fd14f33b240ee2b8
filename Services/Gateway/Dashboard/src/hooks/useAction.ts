import { useState } from "react";
import { asApiError } from "../api/errors";

export interface Action {
  /** What came of the last one, in words. */
  done: string | undefined;
  problem: string | undefined;
  isBusy: boolean;
  run: (change: () => Promise<string>) => void;
}

/** Changes one at a time, and keeps in words what came of the last. A refusal is said as the API says it. */
export function useAction(): Action {
  const [state, setState] = useState<Omit<Action, "run">>({ done: undefined, problem: undefined, isBusy: false });
  const run = (change: () => Promise<string>): void => {
    setState({ done: undefined, problem: undefined, isBusy: true });
    change().then(
      (done) => setState({ done, problem: undefined, isBusy: false }),
      (error: unknown) => {
        const failure = asApiError(error);
        const hint = failure.kind === "forbidden" ? " Sign out, and in again with a key that has the scope admin." : "";
        setState({ done: undefined, problem: failure.message + hint, isBusy: false });
      },
    );
  };
  return { ...state, run };
}
