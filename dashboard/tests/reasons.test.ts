/** What made a change: the parts of the page's tables, and quotes with their marks. */

import { describe, expect, test } from "vitest";
import type { Contribution } from "../src/api";
import { dimensionsOf, effectRange, effectText, itemsText, partsOf } from "../src/reasons/text";

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
