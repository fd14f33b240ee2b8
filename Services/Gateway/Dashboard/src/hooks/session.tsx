import { createContext, useContext, useSyncExternalStore } from "react";
import type { Client } from "../api/client";
import type { CourseRunDefinition } from "../api/contracts";
import type { LiveFeed } from "../api/live";
import type { LiveState } from "../api/liveState";
import type { NameBook } from "../api/names";
import { shortLearner } from "../format";

/** What every page shares once somebody is signed in. */
export interface Session {
  client: Client;
  feed: LiveFeed;
  names: NameBook;
  courseRuns: readonly CourseRunDefinition[];
  /** Whether the services' clock is set by a simulation; it may then stand still or race. */
  isClockSimulated: boolean;
  /** Forgets the key; with words, the sign-in form says why. */
  signOut: (why?: string) => void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error("a page was drawn outside of a session");
  return session;
}

export function useLive(): LiveState {
  const { feed } = useSession();
  return useSyncExternalStore(feed.subscribe, feed.snapshot);
}

/** What to call a learner; changes from an id to the name once that is known. */
export function useNames(): (learner: string) => string {
  const { names } = useSession();
  useSyncExternalStore(names.subscribe, names.snapshot);
  return (learner) => names.get(learner) ?? shortLearner(learner);
}
