/** What made a change: the parts of the page's tables, and quotes with their marks. */

import { describe, expect, test } from "vitest";
import type { Contribution, Explanation } from "../src/api";
import {
  dimensionsOf,
  effectRange,
  effectText,
  isOpen,
  itemsText,
  moodText,
  partCounts,
  partsOf,
  reportName,
  spansText,
  volumeText,
} from "../src/reasons/text";
import { makeChange } from "./builders";

function makePart(given: Partial<Contribution>): Contribution {
  return {
    kind_of: "community",
    name: "aws",
    id: null,
    mood: 0,
    mix: 0,
    effect: 0,
    interval: null,
    n: 1,
    n_before: 1,
    is_estimate: false,
    is_beyond_chance: false,
    is_volume_beyond_chance: false,
    items: ["p1"],
    ...given,
  };
}

describe("the dimensions of a change", () => {
  test("come in one order, each with its parts as the API has them", () => {
    const thread = makePart({ kind_of: "thread", name: "Down again" });
    const [one, other] = [makePart({}), makePart({ name: "rest", items: [] })];
    expect(dimensionsOf({ contributions: [thread, one, other] })).toEqual([
      { heading: "Communities", parts: [one, other] },
      { heading: "Threads", parts: [thread] },
    ]);
  });

  test("are left out where all is in the rest", () => {
    const rest = makePart({ name: "rest", items: [] });
    expect(dimensionsOf({ contributions: [rest] })).toEqual([]);
  });
});

test("figures are those of the API, with signs", () => {
  expect(effectText(-0.12345)).toBe("−0.123");
  expect(effectRange([-0.3, 0.05])).toBe("−0.300 to +0.050");
  expect(effectRange(null)).toBeNull();
  expect([itemsText(1200), itemsText(2.5)]).toEqual(["1,200", "2.5"]);
});

test("marks count code points, and the text stays whole", () => {
  const quote = { item: "p1", text: "😡 It is awful today.", marks: [[8, 13]] };
  expect(partsOf(quote)).toEqual([
    { text: "😡 It is ", isMarked: false },
    { text: "awful", isMarked: true },
    { text: " today.", isMarked: false },
  ]);
});

function explained(given: Partial<Explanation>): Explanation {
  return {
    scope: "subject:cursor",
    verdict: "worse",
    change: makeChange({ avg_sentiment: -0.3, hours: 24 }),
    volume: { n: 1200, n_before: 40, verdict: "more" },
    window: { start: "2026-11-22T00:00:00Z", end: "2026-11-23T00:00:00Z" },
    before: {
      start: "2026-11-15T00:00:00Z",
      end: "2026-11-16T00:00:00Z",
      because: "week_before",
    },
    coverage: null,
    ...given,
  } as Explanation;
}

describe("what an explanation rests on", () => {
  test("is the mood, with the interval that its verdict rests on", () => {
    const own = makeChange({ avg_sentiment: -0.3, interval: [-0.5, -0.1], by_thread: null });
    expect(moodText(explained({ change: own }))).toBe("worse (−0.30; 95% interval −0.50 to −0.10)");
    const byThread = { avg_sentiment: -0.2, stderr: 0.1, interval: [-0.4, 0] };
    expect(moodText(explained({ change: { ...own, by_thread: byThread } }))).toBe(
      "worse (−0.30; by thread, the 95% interval is −0.40 to 0.00)",
    );
    const none = makeChange({ avg_sentiment: null, interval: null, by_thread: null });
    expect(moodText(explained({ verdict: "incomplete", change: none }))).toBe("can’t be told");
  });

  test("is the number of items", () => {
    expect(volumeText(explained({}))).toBe("more (1,200 items, 40 before)");
    const unknown = { n: 1, n_before: 0, verdict: "incomplete" } as const;
    expect(volumeText(explained({ volume: unknown }))).toBe("can’t be told (1 item)");
  });

  test("is both times, the hours known in both, and what was observed", () => {
    const whole = "Sun 22 Nov, compared with the same hours a week earlier, Sun 15 Nov";
    expect(spansText(explained({}))).toBe(whole);
    const change = makeChange({ hours: 20 });
    const coverage = { observed: 0.9, gaps: [], partial: [], since: null };
    expect(spansText(explained({ change, coverage }))).toBe(
      `${whole}, over 20 of 24 hours; 90% observed`,
    );
  });

  test("has a name as a file", () => {
    expect(reportName(explained({}))).toBe("why-subject-cursor-2026-11-23.md");
  });
});

test("the first table is open, and each that has a reason", () => {
  const quiet = { heading: "Topics", parts: [makePart({})] };
  const reason = { heading: "Topics", parts: [makePart({}), makePart({ is_beyond_chance: true })] };
  const louder = { heading: "Topics", parts: [makePart({ is_volume_beyond_chance: true })] };
  expect([quiet, quiet, reason, louder].map(isOpen)).toEqual([true, false, true, true]);
});

test("estimates say so", () => {
  const part = makePart({ n: 1275.3, n_before: 0.2 });
  expect(partCounts(part)).toEqual(["1275.3", "0.2"]);
  expect(partCounts({ ...part, is_estimate: true })).toEqual(["about 1,275", "none read"]);
});
