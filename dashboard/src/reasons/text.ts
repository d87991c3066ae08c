/** What made a change, in words and parts for the page. */

import type { Contribution, Explanation, QuotedSentence } from "../api";
import { comparedText } from "../digest/text";
import { count, formatSpan, NO_VALUE, partOf, plural, score, signed } from "../format";

/** How each dimension is headed, in the order of the page. */
export const HEADINGS: [Contribution["kind_of"], string][] = [
  ["community", "Communities"],
  ["kind", "Kinds of talk"],
  ["topic", "Topics"],
  ["thread", "Threads"],
  ["item", "Single items"],
];

const REST = "rest";
/** Effects have three digits: most are small. */
const DIGITS = 3;
const HOUR_MS = 3_600_000;

export interface Dimension {
  heading: string;
  parts: Contribution[];
}

/** Return the dimensions that have parts beside the rest, in the order of the page. */
export function dimensionsOf({ contributions }: Pick<Explanation, "contributions">): Dimension[] {
  return HEADINGS.map(([kind, heading]) => ({
    heading,
    parts: contributions.filter((each) => each.kind_of === kind),
  })).filter(({ parts }) => parts.some((each) => !isRest(each)));
}

/** Return whether a part is all that isn't listed. */
export function isRest({ name, items }: Pick<Contribution, "name" | "items">): boolean {
  return name === REST && !items.length;
}

export const effectText = (value: number): string => signed(value, DIGITS);

/** Return the interval of an effect as text, "−0.310 to −0.120"; null: there is none. */
export function effectRange(interval: Contribution["interval"]): string | null {
  const [low, high] = interval ?? [];
  return low === undefined || high === undefined
    ? null
    : `${effectText(low)} to ${effectText(high)}`;
}

/** Return a number of items; those of several kinds count in fractions. */
export const itemsText = (value: number): string =>
  Number.isInteger(value) ? count(value) : value.toFixed(1);

/** Return the numbers of a part's items, of the window and before; estimates say so. */
export function partCounts({ n, n_before, is_estimate }: Contribution): [string, string] {
  const text = is_estimate
    ? (value: number) => (Math.round(value) ? `about ${count(Math.round(value))}` : "none read")
    : (value: number) => itemsText(value);
  return [text(n), text(n_before)];
}

const VERDICTS: Record<Explanation["verdict"], string> = {
  better: "better",
  worse: "worse",
  no_clear_change: "no clear change",
  too_few: "too few to tell",
  incomplete: "can’t be told",
};
const VOLUMES: Record<Explanation["volume"]["verdict"], string> = {
  more: "more",
  fewer: "fewer",
  no_clear_change: "no clear change",
  incomplete: "can’t be told",
};
const INTERVAL_DIGITS = 2;

/** Return the change of the mood: its verdict, the change, and the interval it rests on. */
export function moodText({ verdict, change }: Explanation): string {
  const [low, high] = (change.by_thread ?? change).interval ?? [];
  const moved = score(change.avg_sentiment);
  if (moved === NO_VALUE) return VERDICTS[verdict];
  if (low === undefined || high === undefined) return `${VERDICTS[verdict]} (${moved})`;
  const interval = `${signed(low, INTERVAL_DIGITS)} to ${signed(high, INTERVAL_DIGITS)}`;
  const basis = change.by_thread ? "by thread, the 95% interval is" : "95% interval";
  return `${VERDICTS[verdict]} (${moved}; ${basis} ${interval})`;
}

/** Return the change of the number of items, with its verdict. */
export function volumeText({ volume }: Explanation): string {
  const { n, n_before, verdict } = volume;
  const before = verdict === "incomplete" ? "" : `, ${count(n_before)} before`;
  return `${VOLUMES[verdict]} (${plural(n, "item")}${before})`;
}

/** Return the hours that are explained, what they are compared with, and what was observed. */
export function spansText({ window, before, coverage, change }: Explanation): string {
  const hours = (Date.parse(window.end) - Date.parse(window.start)) / HOUR_MS;
  const known = change.hours === hours ? "" : `, over ${change.hours} of ${hours} hours`;
  const observed = coverage ? `; ${partOf(coverage.observed)} observed` : "";
  const compared = comparedText({ compared_with: before });
  return `${formatSpan(window.start, window.end)}, ${compared}, ${formatSpan(before.start, before.end)}${known}${observed}`;
}

/** Return the name of the file of a report. */
export function reportName({ scope, window }: Explanation): string {
  return `why-${scope.replace(/[^\w.-]/g, "-")}-${window.end.slice(0, 10)}.md`;
}

/** Return whether a dimension's table is open: it has a reason, or is the first one. */
export function isOpen({ parts }: Dimension, place: number): boolean {
  return !place || parts.some((each) => each.is_beyond_chance || each.is_volume_beyond_chance);
}

export interface QuotePart {
  text: string;
  isMarked: boolean;
}

/** Split a sentence at its marks, which count code points. */
export function partsOf({ text, marks }: QuotedSentence): QuotePart[] {
  const points = [...text];
  const parts: QuotePart[] = [];
  let reached = 0;
  for (const [start = 0, end = 0] of marks) {
    parts.push({ text: points.slice(reached, start).join(""), isMarked: false });
    parts.push({ text: points.slice(start, end).join(""), isMarked: true });
    reached = end;
  }
  parts.push({ text: points.slice(reached).join(""), isMarked: false });
  return parts.filter((part) => part.text);
}
