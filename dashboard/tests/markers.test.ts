/** Markers in charts: which ones, where, together with which others, and what is said of them. */

import { describe, expect, test } from "vitest";
import type { Change, Marker, MarkerEffect } from "../src/api";
import { effectSentence } from "../src/markers/effect_text";
import {
  groupMarkers,
  markersByStep,
  markersOf,
  markersSummary,
  markerText,
  placeMarkers,
  stepsRange,
} from "../src/markers/placing";
import { makeChange, makeTotals } from "./builders";

function makeMarker(id: string, at: string, given: Partial<Marker> = {}): Marker {
  const [date = "", clock = ""] = at.split("T");
  const time = clock ? clock.slice(0, 5) : null;
  const moment = clock ? at : `${date}T00:00:00Z`;
  const name = id.toUpperCase();
  return { id, date, time, name, kind: "release", subject: null, link: null, at: moment, ...given };
}

const DAY = { start: Date.parse("2026-11-18T00:00:00Z"), end: Date.parse("2026-11-19T00:00:00Z") };
const ids = (markers: { id: string }[]) => markers.map(({ id }) => id);

describe("a chart shows the markers", () => {
  const all = [
    makeMarker("all", "2026-11-18"),
    makeMarker("own", "2026-11-18", { subject: "cursor" }),
    makeMarker("other", "2026-11-18", { subject: "aider" }),
  ];
  test.each([
    [["subject:cursor"], ["all", "own"]],
    [["subject:Cursor"], ["all", "own"]],
    [
      ["subject:cursor", "subject:aider"],
      ["all", "own", "other"],
    ],
    [["all"], ["all", "own", "other"]],
    [
      ["subject:cursor", "claude"],
      ["all", "own", "other"],
    ],
    [["subject:kiro"], ["all"]],
  ])("of %j", (scopes, shown) => {
    expect(ids(markersOf(all, scopes))).toEqual(shown);
  });
});

describe("a marker stands", () => {
  const placesOf = (at: string, span = DAY) =>
    placeMarkers([makeMarker("m", at)], span).map((each) => each.at);

  test("at its time", () => {
    expect(placesOf("2026-11-18T06:00:00Z")).toEqual([0.25]);
    expect(placesOf("2026-11-18T00:00:00Z")).toEqual([0]);
    expect(placesOf("2026-11-18T23:59:00Z")[0]).toBeCloseTo(1439 / 1440);
  });

  test("nowhere outside of the time that is shown", () => {
    expect(placesOf("2026-11-17T23:58:00Z")).toEqual([]);
    expect(placesOf("2026-11-19T00:00:00Z")).toEqual([]);
    expect(placesOf("2026-11-19")).toEqual([]);
    expect(placesOf("2026-11-17")).toEqual([]);
  });

  test("at the beginning where only its day is known, and a part of it is shown", () => {
    const noon = Date.parse("2026-11-18T12:00:00Z");
    expect(placesOf("2026-11-18", { start: noon, end: DAY.end })).toEqual([0]);
  });

  test("in the step of its time", () => {
    const steps = [6, 12, 18].map((hour) => ({
      end: new Date(DAY.start + hour * 3_600_000).toISOString(),
    }));
    const range = stepsRange(steps, 6 * 3600);
    expect(range).toEqual({ start: DAY.start, end: DAY.start + 18 * 3_600_000 });
    const placed = placeMarkers(
      ["00:00", "05:59", "06:00", "17:59"].map((clock) =>
        makeMarker(`m${clock}`, `2026-11-18T${clock}:00Z`),
      ),
      range,
    );
    const found = [...markersByStep(placed, 3)].map(([step, own]) => [step, ids(own)]);
    expect(found).toEqual([
      [0, ["m00:00", "m05:59"]],
      [1, ["m06:00"]],
      [2, ["m17:59"]],
    ]);
  });

  test("with no steps, nowhere", () => {
    expect(placeMarkers([makeMarker("m", "2026-11-18")], stepsRange([], 3600))).toEqual([]);
  });
});

describe("signs", () => {
  const at = (...places: number[]) =>
    places.map((place, number) => ({ marker: makeMarker(`m${number}`, "2026-11-18"), at: place }));
  const sizes = (width: number, ...places: number[]) =>
    groupMarkers(at(...places), width).map((group) => group.map((each) => each.at));

  test("that would cover each other are one", () => {
    expect(sizes(1000, 0.5, 0.1, 0.11)).toEqual([[0.1, 0.11], [0.5]]);
    expect(sizes(1000, 0.1, 0.13)).toEqual([[0.1], [0.13]]);
    expect(sizes(200, 0.1, 0.2)).toEqual([[0.1, 0.2]]);
  });

  test("never join a whole chart: a chain is cut", () => {
    const groups = sizes(1000, 0, 0.02, 0.04, 0.06);
    expect(groups).toEqual([
      [0, 0.02],
      [0.04, 0.06],
    ]);
  });
});

test("a marker is told in a line, and all of them in the name of a chart", () => {
  const release = makeMarker("acme", "2026-11-18");
  expect(markerText(release)).toBe("Release: ACME, Wed 18 Nov");
  expect(markerText({ ...release, kind: "other" })).toBe("ACME, Wed 18 Nov");
  const placed = placeMarkers([release, { ...release, id: "b", kind: "incident" }], DAY);
  expect(markersSummary(placed)).toBe(
    " Markers: Release: ACME, Wed 18 Nov; Incident: ACME, Wed 18 Nov.",
  );
  expect(markersSummary([])).toBe("");
});

describe("before and after", () => {
  const effect = (given: Partial<MarkerEffect> = {}): MarkerEffect => ({
    marker: makeMarker("acme", "2026-11-18"),
    status: "compared",
    scope: "all",
    days: 7,
    hours: 72,
    before: null,
    after: null,
    change: null,
    ready_at: "2026-11-20T00:00:00Z",
    overlapping: [],
    items: [],
    looked_at: null,
    sentiment_of: "text",
    rematching: false,
    origin: "live",
    timestamp: "2026-11-24T00:00:00Z",
    ...given,
  });
  const changed = (...given: Parameters<typeof makeChange>) =>
    effectSentence(effect({ change: makeChange(...given) }));
  const some = makeTotals({ total: 10 });

  test("a clear change is told with its size and length, and no cause", () => {
    expect(changed({ verdict: "better", avg_sentiment: 0.12 })).toBe(
      "Better after ACME: up 0.12 over 3 days, against as long before it.",
    );
    expect(changed({ verdict: "worse", avg_sentiment: -0.2 })).toBe(
      "Worse after ACME: down 0.20 over 3 days, against as long before it.",
    );
  });

  test("a span that is no whole number of days is told in hours", () => {
    const change = makeChange({ verdict: "better", avg_sentiment: 0.12 });
    expect(effectSentence(effect({ change, hours: 60 }))).toContain("over 60 hours,");
    expect(effectSentence(effect({ change, hours: 24 }))).toContain("over 1 day,");
  });

  test.each<[Partial<Change>, string]>([
    [{ verdict: "no_clear_change", avg_sentiment: 0.3 }, "No clear change"],
    [{ verdict: "too_few", statistics: some, previous: some }, "Too few items"],
    [{ verdict: "incomplete", reason: "mixed_methods" }, "more than one method"],
    [{ verdict: "incomplete", reason: "no_earlier_data" }, "Nothing to compare with"],
    [
      { verdict: "incomplete", reason: "no_earlier_data", previous: some },
      "Too little to compare with",
    ],
    [
      { verdict: "incomplete", reason: "not_collected", behind: ["claude"] },
      "r/claude was not collected",
    ],
  ])("without one nothing is claimed: %j", (given, said) => {
    expect(changed(given)).toContain(said);
    expect(changed(given)).not.toMatch(/Better|Worse/);
  });

  test("a marker that is too new, or still to come, has no verdict", () => {
    const none = { change: null, hours: null };
    expect(effectSentence(effect({ ...none, status: "upcoming" }))).toContain("is still to come");
    expect(effectSentence(effect({ ...none, status: "too_early" }))).toContain("Too early to say");
  });
});
