/** What made a change, in words and parts for the page. */

import type { Contribution, Explanation, QuotedSentence } from "../api";
import { count, signed } from "../format";

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
