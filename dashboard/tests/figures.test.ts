import { describe, expect, test } from "vitest";
import {
  type Collected,
  chartSteps,
  comparableSpan,
  countChange,
  extendRange,
  firstSince,
  isComparable,
  itemsIn,
  labelFor,
  longestStep,
  margin,
  maxVolume,
  rankContributors,
  sentimentLimit,
  significantChange,
  significantLabel,
  significantShareChange,
  significantVoiceChange,
  stepSeconds,
  stepsSpan,
  windowFilter,
  youngSince,
} from "../src/figures";
import { makeChange, makeCompared, makeStep, makeTotals } from "./builders";

const WINDOW = { start: "2026-01-05T00:00:00Z", end: "2026-01-05T06:00:00Z" };
const COLLECTED: Collected = { window: WINDOW, gaps: [], granularity: "hour" };

describe("the length of steps", () => {
  test("is that of the API", () => {
    expect(stepSeconds("hour")).toBe(3600);
    expect(stepSeconds("8h")).toBe(8 * 3600);
    expect(stepSeconds("week")).toBe(7 * 86_400);
  });

  test("of charts on one scale is the longest that one of them needs", () => {
    expect(longestStep(["hour", "4h", "2h"])).toBe("4h");
    expect(longestStep(["week", "day"])).toBe("week");
    expect(longestStep([])).toBe("hour");
  });
});

describe("the steps of a chart", () => {
  const hours = (...numbers: number[]) =>
    numbers.map((hour) => makeStep(`2026-01-05T0${hour}:00:00Z`, { total: hour }));

  test("end where the next one begins", () => {
    const given = [2, 4].map((hour) => makeStep(`2026-01-05T0${hour}:00:00Z`, { total: hour }));
    const steps = chartSteps(given, { ...COLLECTED, granularity: "2h" });
    expect(steps.map(({ start, end, total }) => [start, end, total])).toEqual([
      ["2026-01-05T02:00:00Z", "2026-01-05T04:00:00Z", 2],
      ["2026-01-05T04:00:00Z", "2026-01-05T06:00:00Z", 4],
    ]);
  });

  test("begin no earlier than the window", () => {
    const window = { ...WINDOW, start: "2026-01-05T01:00:00Z" };
    const given = [makeStep("2026-01-05T00:00:00Z")];
    const [first] = chartSteps(given, { ...COLLECTED, window, granularity: "2h" });
    expect(first).toMatchObject({ start: window.start, end: "2026-01-05T02:00:00Z" });
  });

  test("are open when they end after the last collection", () => {
    const window = { ...WINDOW, end: "2026-01-05T03:30:00Z" };
    const steps = chartSteps(hours(1, 2, 3), { ...COLLECTED, window });
    expect(steps.map((step) => step.isOpen)).toEqual([false, false, true]);
  });

  test("are complete when they end with the last collection", () => {
    const window = { ...WINDOW, end: "2026-01-05T03:00:00Z" };
    const steps = chartSteps(hours(1, 2), { ...COLLECTED, window });
    expect(steps.map((step) => step.isOpen)).toEqual([false, false]);
  });

  test("are uncollected only where they hold nothing and a gap touches them", () => {
    const gap = { start: "2026-01-05T01:00:00Z", end: "2026-01-05T03:00:00Z" };
    const quiet = [0, 1, 2, 3].map((hour) => makeStep(`2026-01-05T0${hour}:00:00Z`));
    const flags = (steps: typeof quiet) =>
      chartSteps(steps, { ...COLLECTED, gaps: [gap] }).map((step) => step.isUncollected);
    expect(flags(quiet)).toEqual([false, true, true, false]);
    expect(flags(hours(0, 1, 2, 3))).toEqual([false, false, false, false]);
  });

  test("are hatched where a gap is recorded, with its reason, also if they have items", () => {
    const [start, end] = [
      WINDOW.start,
      new Date(Date.parse(WINDOW.start) + 3_600_000).toISOString(),
    ];
    const gap = { start, end, kind: "blocked", reason: "it answers 403", communities: ["a"] };
    const coverage = { observed: 0.5, gaps: [gap], partial: [], since: null };
    const stepOf = (total: number, observed: number) =>
      chartSteps([{ ...makeStep(start, { total }), coverage: observed }], COLLECTED, coverage)[0];
    expect(stepOf(0, 0)).toMatchObject({ isUncollected: true, gapReason: "it answers 403" });
    expect(stepOf(5, 0.5)).toMatchObject({ isPartial: true, gapReason: "it answers 403" });
    expect(stepOf(5, 0.9)).toMatchObject({ isPartial: false, gapReason: null });
  });

  test("begin with the data, and share their beginning with other charts", () => {
    const steps = hours(1, 2, 3);
    const since = steps[1]?.start ?? "";
    const coverage = { observed: 1, gaps: [], partial: [], since };
    const totals = (...more: (string | null)[]) =>
      chartSteps(steps, COLLECTED, coverage, ...more).map(({ total }) => total);
    expect(totals()).toEqual([2, 3]);
    expect(totals(steps[2]?.start ?? "")).toEqual([3]);
    expect(totals(null)).toEqual([1, 2, 3]);
    // A window before all data has all of its steps.
    expect(totals("2027-01-01T00:00:00Z")).toEqual([1, 2, 3]);
    expect(
      firstSince([{ coverage }, { coverage: { ...coverage, since: "2027-01-01T00:00:00Z" } }]),
    ).toBe(since);
    expect(firstSince([{ coverage }, { coverage: null }])).toBeNull();
    expect(youngSince(COLLECTED, coverage)).toBe(since);
    expect(youngSince(COLLECTED, { ...coverage, since: WINDOW.start })).toBeNull();
    expect(youngSince(COLLECTED, null)).toBeNull();
  });

  test("know no gaps where the API names none", () => {
    const [step] = chartSteps([makeStep(WINDOW.start)], { ...COLLECTED, gaps: null });
    expect(step?.isUncollected).toBe(false);
  });
});

describe("a selected span", () => {
  const steps = chartSteps(
    [0, 2, 4].map((hour) => makeStep(`2026-01-05T0${hour}:00:00Z`, { total: hour + 1 })),
    { ...COLLECTED, granularity: "2h", window: { ...WINDOW, end: "2026-01-05T05:20:00Z" } },
  );
  const window = { start: WINDOW.start, end: "2026-01-05T05:20:00Z" };

  test("goes from the start of one step to the end of another, with all items between", () => {
    const span = { start: "2026-01-05T00:00:00Z", end: "2026-01-05T04:00:00Z" };
    expect(stepsSpan(steps, [0, 1])).toEqual(span);
    expect(itemsIn(steps, [0, 1])).toBe(4);
    expect(stepsSpan(steps, [0, 3])).toBeNull();
  });

  test("is compared in full hours that were collected", () => {
    const start = "2026-01-05T02:00:00Z";
    expect(comparableSpan(steps, [1, 2], { window })).toEqual({
      start,
      end: "2026-01-05T05:00:00Z",
    });
    const before = { ...window, end: "2026-01-05T04:40:00Z" };
    expect(comparableSpan(steps, [2, 2], { window: before })).toBeNull();
  });

  test("grows and shrinks at the end where the keys are", () => {
    expect(extendRange(null, 3, 4)).toEqual([3, 4]);
    expect(extendRange([3, 4], 4, 5)).toEqual([3, 5]);
    expect(extendRange([3, 5], 5, 2)).toEqual([2, 3]);
    expect(extendRange([2, 3], 2, 1)).toEqual([1, 3]);
  });
});

describe("the axes", () => {
  const trend = (...means: (number | null)[]) =>
    means.map((avg_sentiment, at) => makeStep(`${at}`, { total: at, avg_sentiment }));

  test.each([
    [[], 0.2],
    [[0.01, -0.02], 0.2],
    [[0.2], 0.3],
    [[-0.57, null, 0.1], 0.6],
    [[0.99], 1],
  ])("hold the means %j up to %d", (means, limit) => {
    expect(sentimentLimit([trend(...means)])).toBeCloseTo(limit);
  });

  test("hold the largest volume of all charts, and are never empty", () => {
    expect(maxVolume([trend(0, 0, 0), trend(0, 0)])).toBe(2);
    expect(maxVolume([])).toBe(1);
  });
});

describe("a label", () => {
  test.each([
    [0.05, "positive"],
    [0.0499, "neutral"],
    [0, "neutral"],
    [-0.0499, "neutral"],
    [-0.05, "negative"],
  ])("of %d is %s", (mean, label) => {
    expect(labelFor(mean)).toBe(label);
  });

  const compared = (total: number, mean: number | null, interval: number[] | null) =>
    makeCompared({ statistics: makeTotals({ total, avg_sentiment: mean, interval }) });

  test("of a mood needs 30 items", () => {
    expect(significantLabel(compared(29, 0.5, [0.4, 0.6]))).toBeNull();
    expect(significantLabel(compared(30, 0.5, [0.4, 0.6]))).toBe("positive");
    expect(significantLabel(compared(0, null, null))).toBeNull();
  });

  test("of a mood is neutral where zero may be the true mean", () => {
    expect(significantLabel(compared(40, -0.2, [-0.41, 0.01]))).toBe("neutral");
    expect(significantLabel(compared(40, -0.2, [-0.39, -0.01]))).toBe("negative");
    expect(significantLabel(compared(40, -0.2, null))).toBe("neutral");
  });
});

describe("a change", () => {
  test.each([
    ["better", null, true, 0.1],
    ["worse", null, true, 0.1],
    ["no_clear_change", null, true, null],
    ["too_few", null, true, null],
    ["incomplete", "mixed_methods", true, null],
    ["incomplete", "no_earlier_data", false, null],
    ["incomplete", "not_collected", false, null],
  ] as const)("with the verdict %s, by the reason %s", (verdict, reason, comparable, change) => {
    const compared = makeCompared({ change: makeChange({ verdict, reason, avg_sentiment: 0.1 }) });
    expect(isComparable(compared)).toBe(comparable);
    expect(significantChange(compared)).toBe(change);
  });

  test("of counts is zero without a comparison", () => {
    const change = makeChange({
      statistics: makeTotals({ total: 7 }),
      previous: makeTotals({ total: 9 }),
    });
    expect(countChange(makeCompared({ change }), (totals) => totals.total)).toBe(-2);
    expect(countChange(makeCompared(), (totals) => totals.total)).toBe(0);
    expect(isComparable(makeCompared())).toBe(false);
  });

  const shares = (
    now: [number, number],
    before: [number, number],
    verdict: "better" | "no_clear_change" = "better",
  ) =>
    makeCompared({
      change: makeChange({
        verdict,
        avg_sentiment: 0.1,
        statistics: makeTotals({ total: now[1], positive: now[0] }),
        previous: makeTotals({ total: before[1], positive: before[0] }),
      }),
    });

  test("of a share is in points, where chance doesn't explain it", () => {
    expect(significantShareChange(shares([60, 100], [30, 100]), "positive")).toBeCloseTo(30);
    expect(significantShareChange(shares([35, 100], [30, 100]), "positive")).toBeNull();
    expect(significantShareChange(shares([29, 29], [0, 100]), "positive")).toBeNull();
    expect(significantShareChange(makeCompared(), "positive")).toBeNull();
    const wide = shares([60, 100], [30, 100]);
    const spread = { share: 0.6, stderr: 0.2, interval: [0.2, 0.9] };
    const of = { positive: spread, negative: spread, neutral: spread };
    if (wide.change) wide.change.statistics.shares = of;
    expect(significantShareChange(wide, "positive")).toBeNull();
    const unclear = shares([60, 100], [30, 100], "no_clear_change");
    expect(significantShareChange(unclear, "positive")).toBeNull();
  });
});

describe("contributors to a change", () => {
  const scope = (subreddit: string, total: number, moved: number) =>
    makeCompared({
      subreddit,
      statistics: makeTotals({ total }),
      change: makeChange({ verdict: moved > 0 ? "better" : "worse", avg_sentiment: moved }),
    });

  test("come first by the size of their effect, whatever its sign", () => {
    const ranked = rankContributors([
      scope("small", 10, 0.5),
      scope("large", 80, -0.25),
      scope("still", 10, 0.0001),
    ]);
    expect(ranked.map(({ name }) => name)).toEqual(["large", "small"]);
    expect(ranked[0]?.effect).toBeCloseTo(-0.2);
    expect(ranked[1]?.effect).toBeCloseTo(0.05);
  });

  test("leave out what chance explains, though it counts among all items", () => {
    const unclear = makeCompared({ subreddit: "b", statistics: makeTotals({ total: 50 }) });
    const [only, ...others] = rankContributors([scope("a", 50, 0.2), unclear]);
    expect(only?.effect).toBeCloseTo(0.1);
    expect(others).toEqual([]);
  });

  test("are none without items", () => {
    expect(rankContributors([])).toEqual([]);
    expect(rankContributors([scope("a", 0, 0.2)])).toEqual([]);
  });
});

describe("the filter of a window's posts", () => {
  test("is none while the window ends in this hour", () => {
    const window = { start: WINDOW.start, end: "2026-01-05T06:20:00Z" };
    expect(windowFilter(window, Date.parse("2026-01-05T06:59:59Z"))).toEqual({});
  });

  test("is the window's own hours afterwards, the last one whole", () => {
    const window = { start: WINDOW.start, end: "2026-01-05T06:20:00Z" };
    expect(windowFilter(window, Date.parse("2026-01-05T07:00:00Z"))).toEqual({
      start: WINDOW.start,
      end: "2026-01-05T07:00:00Z",
    });
  });
});

test("a window that ends with a full hour has no hour more", () => {
  const window = { start: WINDOW.start, end: "2026-01-05T06:00:00Z" };
  expect(windowFilter(window, Date.parse("2026-01-05T06:00:01Z"))).toEqual(window);
});

test("a mean may be off by half of its interval either way", () => {
  expect(margin({ interval: [-0.05, 0.15] })).toBeCloseTo(0.1);
  expect(margin({ interval: null })).toBeNull();
});

describe("a change of a share of voice", () => {
  const voice = { share: 0.3, previous: 0.2, change: 0.1, change_interval: null };

  test("is given in points where chance doesn't explain it", () => {
    expect(significantVoiceChange(voice, 400, 400)).toBeCloseTo(10);
    expect(significantVoiceChange({ ...voice, change: 0.01 }, 400, 400)).toBeNull();
    const known = (change_interval: number[]) =>
      significantVoiceChange({ ...voice, change_interval }, 400, 400);
    expect(known([0.01, 0.19])).toBeCloseTo(10);
    expect(known([-0.01, 0.21])).toBeNull();
  });

  test("is none where little was mentioned, or nothing is known", () => {
    expect(significantVoiceChange(voice, 400, 29)).toBeNull();
    expect(
      significantVoiceChange(
        { share: 0.3, previous: null, change: null, change_interval: null },
        400,
        0,
      ),
    ).toBeNull();
  });
});
