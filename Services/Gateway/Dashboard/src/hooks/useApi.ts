import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, asApiError } from "../api/errors";

export interface Answer<Value> {
  /** The last good answer; it stays while a newer one is on its way or has failed. */
  value: Value | undefined;
  error: ApiError | undefined;
  isLoading: boolean;
  reload: () => void;
}

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
    let isReading = false;
    let isWantedAgain = false;
    let readAt = 0;
    const take = (next: (old: State<Value>) => State<Value>): void => {
      if (!leave.signal.aborted) setState((old) => next(old.key === key ? old : { key, isLoading: true }));
    };
    const start = (): void => {
      timer = undefined;
      isReading = true;
      isWantedAgain = false;
      readAt = Date.now();
      take((old) => ({ ...old, isLoading: true }));
      readNow.current(leave.signal).then(
        (value) => take(() => ({ key, value, isLoading: false })),
        (error: unknown) => take((old) => ({ ...old, error: asApiError(error), isLoading: false })),
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
