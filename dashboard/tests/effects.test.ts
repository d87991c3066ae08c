/** What moved a subject: its communities by their effects, and the sentence. */

import { describe, expect, test } from "vitest";
import type { SubjectCard } from "../src/api";
import {
  type CommunityFigures,
  giantSentence,
  movedSentence,
  rankEffects,
} from "../src/subject/effects";
import { makeChange, makeTotals } from "./builders";

function makePart(community: string, effect: number | null): CommunityFigures {
  return { community, share: 0, statistics: makeTotals(), change: makeChange(), effect };
}

/** Return what a card says of its change; a change of its own comes from communities without a name. */
function makeCard(
  effects: Record<string, number>,
  change: Partial<SubjectCard["change"]> = {},
  moved?: number,
) {
  const sum = Object.values(effects).reduce((all, each) => all + each, 0);
  const avg_sentiment = moved ?? sum;
  const verdict = avg_sentiment > 0 ? "better" : "worse";
  return {
    change: { ...makeChange({ verdict, avg_sentiment }), ...change },
    by_community: Object.entries(effects).map(([name, effect]) => makePart(name, effect)),
    effect_of_others: avg_sentiment - sum,
  };
}

describe("the effects of communities", () => {
  const shownIn = (card: ReturnType<typeof makeCard>) =>
    rankEffects(card).shown.map(({ community }) => community);

  test("come by their size, whatever their sign, and add up to the change", () => {
    const card = makeCard({
      a: 0.01,
      b: -0.2,
      c: 0.05,
      d: 0.0001,
      e: 0.02,
      f: 0.03,
      g: 0.04,
      h: 0,
    });
    expect(shownIn(card)).toEqual(["b", "c", "g", "f", "e"]);
    const { others, othersEffect } = rankEffects(card);
    expect(others).toBe(3);
    expect(othersEffect).toBeCloseTo(0.0101);
  });

  test("show one more rather than one other", () => {
    expect(shownIn(makeCard({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }))).toHaveLength(6);
    expect(shownIn(makeCard({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }))).toHaveLength(5);
  });

  test("count a community that isn't compared by itself among the others", () => {
    const card = makeCard({ a: 0.1 }, {}, 0.15);
    card.by_community.push({ ...makePart("small", null), change: null });
    const { shown, others, othersEffect } = rankEffects(card);
    expect([shown.length, others, othersEffect]).toEqual([1, 1, expect.closeTo(0.05)]);
  });

  test("leave the part of communities without a name to the others", () => {
    const { others, othersEffect } = rankEffects(makeCard({ a: -0.1 }, {}, -0.3));
    expect([others, othersEffect]).toEqual([0, expect.closeTo(-0.2)]);
  });

  test("are none where there is nothing to compare with", () => {
    const card = { ...makeCard({}), by_community: [makePart("a", null)] };
    expect(rankEffects(card)).toEqual({ shown: [], others: 1, othersEffect: 0 });
  });
});

describe("the sentence of what moved a subject", () => {
  const said = (...given: Parameters<typeof makeCard>) => movedSentence(makeCard(...given), 24);

  test.each([
    [{ Cursor: -0.12 }, "Down 0.12 on the 24 hours before: all of it from r/Cursor."],
    [{ Cursor: 0.1, a: 0.01 }, "Up 0.11 on the 24 hours before: most from r/Cursor."],
    [
      { Cursor: -0.1, "hn.ai": -0.05, a: 0 },
      "Down 0.15 on the 24 hours before: most from r/Cursor, and some from hn.ai.",
    ],
    [
      { a: -0.04, b: -0.04, c: -0.04, d: -0.01 },
      "Down 0.13 on the 24 hours before: most from r/a and r/b.",
    ],
    [
      { a: 0.02, b: 0.02, c: 0.02, d: 0.02, e: 0.02 },
      "Up 0.10 on the 24 hours before: from many communities, the largest part from r/a.",
    ],
    [{ a: -0.2, b: 0.1 }, "Down 0.10 on the 24 hours before: most from r/a, against r/b."],
    [
      { a: 0.002, b: 0.001 },
      "Up less than 0.01 on the 24 hours before: most from r/a, and some from r/b.",
    ],
  ])("names the communities that a clear change came from: %o", (effects, sentence) => {
    expect(said(effects)).toBe(sentence);
  });

  test("says where none that is named moved it", () => {
    expect(said({ a: 0.1 }, {}, -0.2)).toContain(
      "from communities that aren't compared by themselves",
    );
  });

  const [few, many] = [makeTotals({ total: 12 }), makeTotals({ total: 40 })];

  test.each([
    [
      {
        verdict: "no_clear_change",
        avg_sentiment: -0.03,
        by_thread: { avg_sentiment: -0.02, stderr: 0.04, interval: [-0.1, 0.06] },
      },
      "No clear change: −0.03 on the 24 hours before; weighed by thread, between −0.10 and +0.06.",
    ],
    [
      { verdict: "too_few", statistics: few, previous: many },
      "Too few mentions to say: 12, and 40 in the 24 hours before, of 30 at least.",
    ],
    [
      { verdict: "too_few", statistics: many, previous: many },
      "Too few threads to say: nearly all mentions now, or in the 24 hours before, are from one or two.",
    ],
    [{ verdict: "incomplete", reason: "mixed_methods" }, "Not to be said: another method"],
    [
      { verdict: "incomplete", reason: "no_earlier_data", hours: 5, previous: many },
      "Nothing to compare with: only 5 of 24 hours were observed both now and",
    ],
    [
      { verdict: "incomplete", reason: "no_earlier_data" },
      "Nothing to compare with: there are no mentions from the 24 hours before.",
    ],
    [
      { verdict: "incomplete", reason: "no_earlier_data", previous: few },
      "Too little to compare with: 12 mentions in the 24 hours before.",
    ],
    [
      { verdict: "incomplete", reason: "not_collected", behind: ["Cursor", "hn.ai"] },
      "Not to be said yet: r/Cursor, hn.ai were not collected up to now.",
    ],
  ] as const)("says why none is shown: %o", (change, sentence) => {
    expect(said({ a: 0.1 }, change as unknown as SubjectCard["change"])).toContain(sentence);
  });
});

test("a giant thread is named with its side", () => {
  const giant = { id: "abc", community: "Cursor", share: 0.62, side: "statistics" } as const;
  const card = (given: object) => ({ change: makeChange(given) }) as Pick<SubjectCard, "change">;
  expect(giantSentence(card({}), 24)).toBeNull();
  expect(giantSentence(card({ giant }), 24)).toBe(
    "One thread has 62% of the mentions now: nothing is claimed that it alone makes.",
  );
  expect(giantSentence(card({ giant: { ...giant, side: "previous" } }), 24)).toContain(
    "of the mentions in the 24 hours before:",
  );
});
