/** Markers as charts show them: which ones, where, and in what words. */

import type { Marker } from "../api";
import { dateTime, day, scopeSubject } from "../format";

/** What a kind is called, and the sign that stands for it in a chart. */
export const KINDS: Record<Marker["kind"], { name: string; sign: string }> = {
  release: { name: "Release", sign: "R" },
  incident: { name: "Incident", sign: "I" },
  price: { name: "Price change", sign: "P" },
  other: { name: "Other", sign: "•" },
};
/** Signs nearer to each other than this would cover each other: they share one. */
export const SIGN_PIXELS = 26;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** A marker at a place of a chart, in 0..1 of its width. */
export interface PlacedMarker {
  marker: Marker;
  at: number;
}

/** A time that charts show, in milliseconds. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Return the markers of scopes: communities, "all", subject:ID.
 *
 * A subject has its own and those for all. People in a community talk about everything.
 */
export function markersOf(markers: Marker[], scopes: string[]): Marker[] {
  const subjects = scopes.map((each) => scopeSubject(each)?.toLowerCase());
  if (subjects.includes(undefined)) return markers;
  return markers.filter(({ subject }) => subject === null || subjects.includes(subject));
}

/** Return the markers of the span at their places; one of a day is there if the day is. */
export function placeMarkers(markers: Marker[], { start, end }: Span): PlacedMarker[] {
  return markers.flatMap((marker) => {
    const from = Date.parse(marker.at);
    const to = from + (marker.time === null ? DAY_MS : MINUTE_MS);
    if (from >= end || to <= start) return [];
    return [{ marker, at: (Math.max(from, start) - start) / (end - start) }];
  });
}

/** Return the time that steps of a chart take up. */
export function stepsRange(steps: { end: string }[], seconds: number): Span {
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last) return { start: 0, end: 0 };
  return { start: Date.parse(first.end) - 1000 * seconds, end: Date.parse(last.end) };
}

/** Return the markers that share a sign in a chart of this width, in pixels. */
export function groupMarkers(placed: PlacedMarker[], width: number): PlacedMarker[][] {
  const groups: PlacedMarker[][] = [];
  for (const each of placed.toSorted((a, b) => a.at - b.at)) {
    const [first] = groups.at(-1) ?? [];
    if (first && (each.at - first.at) * width < SIGN_PIXELS) groups.at(-1)?.push(each);
    else groups.push([each]);
  }
  return groups;
}

/** Return the markers of each step of a chart, by its number. */
export function markersByStep(placed: PlacedMarker[], steps: number): Map<number, Marker[]> {
  const found = new Map<number, Marker[]>();
  for (const { marker, at } of placed) {
    const step = Math.min(steps - 1, Math.floor(at * steps));
    found.set(step, [...(found.get(step) ?? []), marker]);
  }
  return found;
}

/** Return when it happened: a day in UTC, or a time of the reader's zone. */
export function markerTime({ at, time }: Marker): string {
  return time === null ? day(at) : dateTime(at);
}

/** Return a marker in a line: "Release: Acme 2.0, Wed 18 Nov". */
export function markerText(marker: Marker): string {
  const { kind, name } = marker;
  const start = kind === "other" ? name : `${KINDS[kind].name}: ${name}`;
  return `${start}, ${markerTime(marker)}`;
}

/** Return what the name of a chart adds about its markers. */
export function markersSummary(placed: PlacedMarker[]): string {
  return placed.length
    ? ` Markers: ${placed.map(({ marker }) => markerText(marker)).join("; ")}.`
    : "";
}
