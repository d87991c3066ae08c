/** Numbers and times as text. They are in English, whatever the browser's language is. */

import type { Baseline } from "./api";

/** The locale of the page. navigator.language may be no valid language tag. */
export const LOCALE = "en-GB";

const COUNT = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const DATE_TIME = new Intl.DateTimeFormat(LOCALE, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
/** Days are days of UTC, because the API counts by them. */
const DAY = new Intl.DateTimeFormat(LOCALE, {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const DAY_SECONDS = 86_400;
const TIME = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const MINUS = "\u2212";
export const NO_VALUE = "–";

export const count = (value: number): string => COUNT.format(value);
export const compact = (value: number): string => COMPACT.format(value).toLowerCase();

/** Format a mean or a compound score, -1 to 1, with its sign. */
export function score(value: number | null): string {
  return value === null ? NO_VALUE : signed(value, 2);
}

export function signed(value: number, digits = 0): string {
  const shown = Math.abs(value).toLocaleString(LOCALE, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const isZero = Number(shown.replaceAll(",", "")) === 0;
  return isZero ? shown : `${value < 0 ? MINUS : "+"}${shown}`;
}

export function share(part: number, whole: number): string {
  return whole ? `${Math.round((100 * part) / whole)}%` : NO_VALUE;
}

/** Format a part of 0 to 1. What is there at all isn't shown as nothing. */
export function partOf(part: number): string {
  return part > 0 && part < 0.005 ? "<1%" : share(part, 1);
}

export const dateTime = (time: string | number): string => DATE_TIME.format(new Date(time));
export const timeOfDay = (time: string | number): string => TIME.format(new Date(time));
export const day = (time: string | number): string => DAY.format(new Date(time));

/** Format the time of a step: a day, its first and last day, or its start and end. */
export function formatStep({ start, end }: { start: string; end: string }): string {
  const hours = (Date.parse(end) - Date.parse(start)) / 3_600_000;
  if (hours > 24) return `${day(start)} – ${day(Date.parse(end) - 1)}`;
  const isDay = end.endsWith("T00:00:00Z") && hours > 12;
  return isDay ? day(start) : `${dateTime(start)}–${timeOfDay(end)}`;
}

/** Format a span in its shortest form. Either end may be open. */
export function formatSpan(start: string | null, end: string | null): string {
  if (!start) return `until ${dateTime(end ?? 0)}`;
  if (!end) return `since ${dateTime(start)}`;
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const seconds = (to - from) / 1000;
  const isWholeDays = (from / 1000) % DAY_SECONDS === 0 && seconds % DAY_SECONDS === 0;
  if (isWholeDays) return seconds > DAY_SECONDS ? `${day(from)} – ${day(to - 1)}` : day(from);
  const isOneDay = new Date(from).toDateString() === new Date(to).toDateString();
  return `${dateTime(from)} – ${isOneDay ? timeOfDay(to) : dateTime(to)}`;
}

/** Format a time relative to now, in the largest unit that is precise enough. */
export function age(time: string | number, now: number): string {
  const seconds = Math.round((now - new Date(time).getTime()) / 1000);
  const length = duration(Math.abs(seconds));
  if (Math.abs(seconds) < 60) return seconds < 0 ? "in a moment" : "just now";
  return seconds < 0 ? `in ${length}` : `${length} ago`;
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** Format the length of a window: "24 hours", "7 days". */
export function windowName(hours: number): string {
  return hours <= 24 ? `${hours} hours` : `${hours / 24} days`;
}

/** Return what a window of this many hours is compared with. */
export function baselineName(hours: number, before?: Baseline | null): string {
  if (before?.because !== "week_before") return `the ${windowName(hours)} before`;
  const isLong = hours > 24;
  if (isMidnight(before.start) && isMidnight(before.end))
    return `the same ${isLong ? "weekdays" : "weekday"} a week earlier`;
  return `the same ${isLong ? "weekdays and hours" : "hours"} a week earlier`;
}

/** Return whether a day begins then in UTC, as the API counts days. */
function isMidnight(time: string): boolean {
  return Date.parse(time) % (1000 * DAY_SECONDS) === 0;
}

/** The only subreddit with a dot in its name. */
const DOTTED_SUBREDDIT = "reddit.com";

/**
 * Return how the page names a community: a subreddit as r/NAME, any other by its id.
 *
 * An id of another source than Reddit begins with a prefix and a dot (shared/communities.py).
 */
export function communityName(id: string): string {
  const isSubreddit = !id.includes(".") || id.toLowerCase() === DOTTED_SUBREDDIT;
  return isSubreddit ? `r/${id}` : id;
}

/** Return the subject that a scope such as subject:cursor is; null: it is a community. */
export function scopeSubject(scope: string): string | null {
  return scope.match(/^subject:(.+)$/i)?.[1] ?? null;
}

/** Return how many requests each source was sent: "58 requests to Reddit, 3 to push". */
export function requestsText(requests: Requests): string {
  const [first, ...others] = sourceCounts(requests);
  if (!first) return plural(0, "request");
  const rest = others.map(({ source, used }) => `, ${count(used)} to ${source}`);
  return `${plural(first.used, "request")} to ${first.source}${rest.join("")}`;
}

type Requests = Record<string, { used: number; outcome?: string | null }>;

/** Return the number of requests to each source by its name in a sentence. */
export function sourceCounts(requests: Requests) {
  return Object.entries(requests).map(([source, { used, outcome }]) => ({
    source: sourceName(source),
    used,
    outcome: outcome ?? null,
  }));
}

const SOURCE_NAMES: Record<string, string> = {
  reddit: "Reddit",
  hackernews: "Hacker News",
  discourse: "Discourse",
  github: "GitHub",
  arctic_shift: "Arctic Shift (archive)",
};

/** Return a source's name in a sentence; one that has no other is named by its id. */
export function sourceName(source: string): string {
  return SOURCE_NAMES[source] ?? source;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
