import { useEffect, useState } from "react";

export interface Paging {
  pageToken: string;
  tokens: readonly string[];
  go: (tokens: readonly string[]) => void;
}

/** Where in a list one is; another `key`, e.g. another filter, begins at the first page. */
export function usePaging(key: string): Paging {
  const [tokens, go] = useState<readonly string[]>([]);
  useEffect(() => go([]), [key]);
  return { pageToken: tokens[tokens.length - 1] ?? "", tokens, go };
}

/** Back and on through a list; nothing where all of it is shown. */
export function Pager({ paging, next }: { paging: Paging; next: string }): JSX.Element | null {
  const { tokens, go } = paging;
  if (tokens.length === 0 && next === "") return null;
  return (
    <nav className="pager" aria-label="Pages of the list">
      <button type="button" className="button" disabled={tokens.length === 0} onClick={() => go(tokens.slice(0, -1))}>Previous</button>
      <span className="muted">Page {tokens.length + 1}</span>
      <button type="button" className="button" disabled={next === ""} onClick={() => go([...tokens, next])}>Next</button>
    </nav>
  );
}
