import { useEffect, useState } from "react";
import { millis } from "../format";
import { useLive, useSession } from "./session";

/**
 * The time by the services' clock, in ms. A wall clock runs on between two messages; a simulated one may stand still or
 * race, so it is only ever what was last told.
 */
export function useNow(): number {
  const { isClockSimulated } = useSession();
  const live = useLive();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 10_000);
    return () => clearInterval(timer);
  }, []);
  if (live.serverNow === undefined || live.heardAt === undefined) return Date.now();
  const told = millis(live.serverNow);
  return isClockSimulated ? told : told + Math.max(0, Date.now() - (live.toldAt ?? live.heardAt));
}

/** Calls the page to be drawn again every `period` ms, for ages measured by this computer's clock. */
export function useTick(period: number): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), period);
    return () => clearInterval(timer);
  }, [period]);
}
