import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, asApiError, FailureKind } from "../api/errors";

export interface Answer<Value> {
  /** The last good answer; it stays while a newer one is on its way or has failed. */
  value: Value | undefined;
  error: ApiError | undefined;
  isLoading: boolean;
  reload: () => void;
}

/** Failures that may be over a moment later; what failed so is read again without being asked. */
const passing: ReadonlySet<FailureKind> = new Set<FailureKind>(["unavailable", "network", "timeout"]);
const recoveryPause = 5_000;

interface State<Value> {
  key: string;
  value?: Value;
  error?: ApiError;
  isLoading: boolean;
}

/**
 * Reads once, and again whenever `key` or `revision` changes. A new key forgets the old answer; a new revision keeps
 * showing it until the newer one is there, and asks at most once in `pause` ms however fast revisions come.
 */
export function useApi<Value>(
  read: (signal: AbortSignal) => Promise<Value>, key: string, revision: number | string = 0, pause = 2_000,
): Answer<Value> {
  const [state, setState] = useState<State<Value>>({ key, isLoading: true });
  const [reloads, setReloads] = useState(0);
  const readNow = useRef(read);
  readNow.current = read;
  const readAgain = useRef<() => void>(() => undefined);

  useEffect(() => {
    const leave = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let recovery: ReturnType<typeof setTimeout> | undefined;
    let isReading = false;
    let isWantedAgain = false;
    let readAt = 0;
    const take = (next: (old: State<Value>) => State<Value>): void => {
      if (!leave.signal.aborted) setState((old) => next(old.key === key ? old : { key, isLoading: true }));
    };
    const start = (): void => {
      timer = undefined;
      clearTimeout(recovery);
      isReading = true;
      isWantedAgain = false;
      readAt = Date.now();
      take((old) => ({ ...old, isLoading: true }));
      readNow.current(leave.signal).then(
        (value) => take(() => ({ key, value, isLoading: false })),
        (error: unknown) => {
          const failure = asApiError(error);
          take((old) => ({ ...old, error: failure, isLoading: false }));
          if (passing.has(failure.kind)) recovery = setTimeout(plan, recoveryPause);
        },
      ).finally(() => {
        isReading = false;
        if (isWantedAgain) plan();
      });
    };
    const plan = (): void => {
      // A read that is on its way is not broken off: on a slow line, news that come faster would let none ever arrive.
      if (isReading) isWantedAgain = true;
      else if (timer === undefined && !leave.signal.aborted) timer = setTimeout(start, Math.max(0, readAt + pause - Date.now()));
    };
    readAgain.current = plan;
    start();
    return () => {
      clearTimeout(timer);
      clearTimeout(recovery);
      leave.abort();
    };
  }, [key, reloads, pause]);

  const seen = useRef(revision);
  useEffect(() => {
    if (seen.current === revision) return;
    seen.current = revision;
    readAgain.current();
  }, [revision]);

  const reload = useCallback(() => setReloads((count) => count + 1), []);
  const isCurrent = state.key === key;
  return {
    value: isCurrent ? state.value : undefined,
    error: isCurrent ? state.error : undefined,
    isLoading: !isCurrent || state.isLoading,
    reload,
  };
}
