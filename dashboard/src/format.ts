/** Numbers and times as people read them: in English, whatever the browser is set to. */

/** The one locale of the page: what navigator.language says may be no language at all. */
export const LOCALE = "en-GB";

const COUNT = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const HOUR = new Intl.DateTimeFormat(LOCALE, {
  weekday: "short",
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
/** Days are UTC's wherever the reader is: they are what was counted. */
const DAY = new Intl.DateTimeFormat(LOCALE, {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const DAY_SECONDS = 86_400;
const CLOCK = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const MINUS = "\u2212";
export const NOTHING = "–";

export const count = (value: number): string => COUNT.format(value);
export const short = (value: number): string => SHORT.format(value).toLowerCase();

/** A mean or a compound score, -1 to 1, with its sign. */
export function score(value: number | null): string {
  return value === null ? NOTHING : signed(value, 2);
}

export function signed(value: number, digits = 0): string {
  const shown = Math.abs(value).toLocaleString(LOCALE, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  const isNothing = Number(shown.replaceAll(",", "")) === 0;
  return isNothing ? shown : `${value < 0 ? MINUS : "+"}${shown}`;
}

export function share(part: number, whole: number): string {
  return whole ? `${Math.round((100 * part) / whole)}%` : NOTHING;
}

export const moment = (time: string | number): string => HOUR.format(new Date(time));
export const clock = (time: string | number): string => CLOCK.format(new Date(time));
export const day = (time: string | number): string => DAY.format(new Date(time));

/** A step's time: a day, or from when to when. */
export function stepName({ start, end }: { start: string; end: string }): string {
  const isDay = end.endsWith("T00:00:00Z") && Date.parse(end) - Date.parse(start) > 12 * 3_600_000;
  return isDay ? day(start) : `${moment(start)}–${clock(end)}`;
}

/** A span's time, as shortly as it can be said; either end may be open. */
export function spanName(start: string | null, end: string | null): string {
  if (!start) return `until ${moment(end ?? 0)}`;
  if (!end) return `since ${moment(start)}`;
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const seconds = (to - from) / 1000;
  const isDays = (from / 1000) % DAY_SECONDS === 0 && seconds % DAY_SECONDS === 0;
  if (isDays) return seconds > DAY_SECONDS ? `${day(from)} – ${day(to - 1)}` : day(from);
  const isOneDay = new Date(from).toDateString() === new Date(to).toDateString();
  return `${moment(from)} – ${isOneDay ? clock(to) : moment(to)}`;
}

/** How long ago, or from now, in the largest unit that says enough. */
export function age(time: string | number, now: number): string {
  const seconds = Math.round((now - new Date(time).getTime()) / 1000);
  const told = lasting(Math.abs(seconds));
  if (Math.abs(seconds) < 60) return seconds < 0 ? "in a moment" : "just now";
  return seconds < 0 ? `in ${told}` : `${told} ago`;
}

export function lasting(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

/** A window's length: "24 hours", "7 days". */
export function windowName(hours: number): string {
  return hours <= 24 ? `${hours} hours` : `${hours / 24} days`;
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
