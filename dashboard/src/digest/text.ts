/** A digest in words, and where its parts lead. */

import { type Address, NO_FILTER } from "../address";
import type { Digest, DigestSubject } from "../api";
import { count, day, plural, signed } from "../format";

/** Return the days of a digest: "16 Nov – 22 Nov 2026", with the weekday of a single one. */
export function daysText({ first_day, end }: Pick<Digest, "first_day" | "end">): string {
  const last = new Date(Date.parse(end) - 1).toISOString().slice(0, 10);
  const year = last.slice(0, 4);
  return first_day === last ? `${day(last)} ${year}` : `${day(first_day)} – ${day(last)} ${year}`;
}

const COMPARED: Record<Digest["compared_with"]["because"], string> = {
  just_before: "the time just before",
  week_before: "the same hours a week earlier",
  no_week_before: "the time just before, since the week before isn't known",
};

/** Return what a digest compares with. */
export function comparedText({ compared_with }: Pick<Digest, "compared_with">): string {
  return `compared with ${COMPARED[compared_with.because]}`;
}

const HOUR_MS = 3_600_000;

/** Return over which part of the period changes are; null: over all of it. */
export function comparedHoursText({ window, subjects }: Digest): string | null {
  const all = (Date.parse(window.end) - Date.parse(window.start)) / HOUR_MS;
  const hours = subjects[0]?.change.hours ?? all;
  return hours === all
    ? null
    : `Changes are over the ${hours} of ${all} hours known in both times.`;
}

/** Return the address of another digest of the same subjects. */
export function digestAddress(end: string | null): Partial<Address> {
  return { view: "digest", until: end, post: null, ...NO_FILTER };
}

/** Return the filter that limits a list to the mentions of a digest's window. */
export function listFilter({ window }: Pick<Digest, "window">): Partial<Address> {
  return { kind: "items", start: window.start, end: window.end };
}

/** Return whether nothing is known to be said of a subject, in the period or before. */
export function isSilent({ mentions, change }: DigestSubject): boolean {
  return !mentions && !change.previous.total;
}

/** Return the sentences; those that differ in the name of their subject alone are one. */
export function sharedSentences(changes: { name: string; sentence: string }[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name, sentence } of changes) {
    const [before, ...after] = sentence.split(name);
    // Names have no line ends.
    const form = `${before}\n${after.join(name)}`;
    names.set(form, [...(names.get(form) ?? []), name]);
  }
  return [...names].map(([form, own]) => form.replace("\n", () => listed(own)));
}

function listed(names: string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** Return which subjects nobody mentioned, and whether that is known of the time before, too. */
export function silentText(silent: Pick<DigestSubject, "name" | "volume">[]): string {
  const isKnown = silent.every(({ volume }) => volume.verdict !== "incomplete");
  const names = silent.map(({ name }) => name).join(", ");
  return `Not mentioned${isKnown ? ", neither now nor before" : ""}: ${names}.`;
}

/** Return the number of mentions before, and whether it changed beyond chance. */
export function volumeText({ volume }: Pick<DigestSubject, "volume">): string {
  if (volume.verdict === "incomplete") return "can't be told";
  const more = signed(volume.n - volume.n_before);
  const claim = { more: ", more", fewer: ", fewer", no_clear_change: "" }[volume.verdict];
  return `${more} (${count(volume.n_before)} before${claim})`;
}

/** Return the change of a share of voice in points. */
export function pointsText(change: number | null): string | null {
  return change === null ? null : `${signed(100 * change)} points`;
}

/** Return which part of a community was not seen. */
export function unseenText(hours: number): string {
  return `${plural(hours, "hour")} not seen`;
}
