import { utcFormat } from "d3-time-format";
import type { Time } from "./api/contracts";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
export const dayLength = 24 * hour;

/** Milliseconds since 1970. The API's microseconds are beyond what a page shows. */
export const millis = (time: Time): number => Date.parse(time);

const dayAndTime = utcFormat("%a %-d %b, %H:%M");
const dayOnly = utcFormat("%-d %b");
const weekdayAndDay = utcFormat("%a %-d %b");
const timeOnly = utcFormat("%H:%M");
const exact = utcFormat("%Y-%m-%d %H:%M:%S UTC");

export const formatDayTime = (time: Time | number): string => dayAndTime(new Date(time));
export const formatDay = (time: Time | number): string => dayOnly(new Date(time));
export const formatWeekday = (time: Time | number): string => weekdayAndDay(new Date(time));
export const formatTime = (time: Time | number): string => timeOnly(new Date(time));
export const formatExact = (time: Time | number): string => exact(new Date(time));

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
export const formatCount = (value: number): string => whole.format(value);

/** `37 %`. */
export const formatShare = (share: number): string => `${Math.round(share * 100)} %`;

/** A risk of 0...1 as points of 100, the way the whole page says it; never 100, for nobody is lost for certain. */
export const formatRisk = (score: number): string => String(Math.min(99, Math.round(score * 100)));

/** Sentences of the services, with their numbers kept together with their units at the end of a line. */
export const keepUnits = (words: string): string => words.replace(/(\d) (%|days?|hours?|h|minutes?)\b|(\d) %/g, (found) => found.replace(" ", "\u00a0"));

/** `+0.42`, with a true minus sign. */
export function formatSigned(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 ? `\u2212${text}` : `+${text}`;
}

/** `1.4` or `12`, never `12.000001`. */
export const formatNumber = (value: number): string => String(Math.round(value * 100) / 100);

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** `just now`, `12 min ago`, `3 h ago`, `9 days ago`; and `in 3 h` for what is to come. */
export function formatAgo(time: Time | number, now: number): string {
  const distance = now - (typeof time === "number" ? time : millis(time));
  if (Math.abs(distance) < 45 * second) return "just now";
  const words = formatSpan(Math.abs(distance));
  return distance > 0 ? `${words} ago` : `in ${words}`;
}

/** `40 s`, `12 min`, `3 h`, `9 days`. */
export function formatSpan(length: number): string {
  if (length < minute) return `${Math.round(length / second)} s`;
  if (length < 90 * minute) return `${Math.max(1, Math.round(length / minute))} min`;
  if (length < 36 * hour) return `${Math.round(length / hour)} h`;
  return plural(Math.round(length / dayLength), "day");
}

export function formatBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`;
}

/** How a learner without a name is called: short, and the same everywhere. */
export const shortLearner = (id: string): string => `Learner ${id.slice(0, 8)}`;
