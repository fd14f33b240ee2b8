import { useCallback, useEffect, useRef, useState } from "react";
import { ApiError, asApiError } from "../api/errors";

export interface Answer<Value> {
  /** The last good answer; it stays while a newer one is on its way or has failed. */
  value: Value | undefined;
  error: ApiError | undefined;
  isLoading: boolean;
  reload: () => void;
}

/**
 * Reads once, and again whenever `key` or `revision` changes. A new key forgets the old answer; a new revision keeps
 * showing it until the newer one is there, and asks at most once in `pause` ms however fast revisions come.
 */
export function useApi<Value>(
  read: (signal: AbortSignal) => Promise<Value>, key: string, revision: number | string = 0, pause = 2_000,
): Answer<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; error?: ApiError; isLoading: boolean }>({
    key, isLoading: true,
  });
  const [reloads, setReloads] = useState(0);
  const readNow = useRef(read);
  readNow.current = read;
  const last = useRef({ key: "", at: 0 });

  useEffect(() => {
    const leave = new AbortController();
    const wait = last.current.key === key ? Math.max(0, last.current.at + pause - Date.now()) : 0;
    const timer = setTimeout(() => {
      last.current = { key, at: Date.now() };
      setState((old) => (old.key === key ? { ...old, isLoading: true } : { key, isLoading: true }));
      readNow.current(leave.signal).then(
        (value) => {
          if (!leave.signal.aborted) setState({ key, value, isLoading: false });
        },
        (error: unknown) => {
          if (leave.signal.aborted) return;
          const failure = asApiError(error);
          setState((old) => ({
            ...(old.key === key ? old : {}), key, error: failure, isLoading: false,
          }));
        },
      );
    }, wait);
    return () => {
      clearTimeout(timer);
      leave.abort();
    };
  }, [key, revision, reloads, pause]);

  const reload = useCallback(() => {
    last.current = { key: "", at: 0 };
    setReloads((count) => count + 1);
  }, []);
  const isCurrent = state.key === key;
  return {
    value: isCurrent ? state.value : undefined,
    error: isCurrent ? state.error : undefined,
    isLoading: !isCurrent || state.isLoading,
    reload,
  };
}
