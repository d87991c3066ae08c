import { expect, test } from "vitest";
import { type TrendStep, trendMarks } from "../src/charts/trend_marks";

const SCALE = { limit: 0.5, height: 20 };

/** Return a step of enough items, without an interval. */
function at(avg_sentiment: number | null, given: Partial<TrendStep> = {}): TrendStep {
  return { avg_sentiment, interval: null, few: avg_sentiment === null, isOpen: false, ...given };
}

const few = (mean: number) => at(mean, { few: true });

test("neighbours are joined, and the line breaks at an empty step", () => {
  const { line, dots } = trendMarks([at(0), at(0.5), at(null), at(-0.5), at(0)], SCALE);
  expect(line).toBe("M10 10L30 0M70 20L90 10");
  expect(dots).toBe("");
});

test("a step without neighbours is a dot", () => {
  const { line, dots } = trendMarks([at(null), at(0.25), at(null), at(null)], SCALE);
  expect([line, dots]).toEqual(["", "M37.5 5h0.01"]);
});

test("steps of few items are faded, and a step of enough beside them is seen", () => {
  const { line, faded, dots, fadedDots } = trendMarks([few(0), at(0.5), few(0), few(0.5)], SCALE);
  expect(line).toBe("");
  expect(faded).toBe("M12.5 10L37.5 0M37.5 0L62.5 10M62.5 10L87.5 0");
  expect(dots).toBe("M37.5 0h0.01");
  expect(fadedDots).toBe("");
  expect(trendMarks([few(0), at(null)], SCALE).fadedDots).toBe("M25 10h0.01");
});

test("the running step is the end of a dashed line, whatever its items", () => {
  const found = trendMarks([at(0), at(0.5), at(0, { few: true, isOpen: true })], SCALE);
  expect(found.line).toBe("M16.67 10L50 0");
  expect(found.running).toBe("M50 0L83.33 10");
  expect(found.runningDot).toBe("M83.33 10h0.01");
  expect(found.faded + found.dots + found.fadedDots).toBe("");
});

test("bands join the intervals of neighbours, and end at the scale; a single one is a bar", () => {
  const within = at(0, { interval: [-0.25, 0.25] });
  const wide = at(0, { interval: [-1, 1] });
  const { bands, bars } = trendMarks([within, wide, at(0), within], SCALE);
  expect(bands).toBe("M12.5 5L37.5 0L37.5 20L12.5 15Z");
  expect(bars).toBe("M87.5 15L87.5 5");
  const running = at(0, { interval: [-0.25, 0.25], isOpen: true });
  expect(trendMarks([at(0), running], SCALE).bars).toBe("");
});

test("a mean beyond the scale stands at its edge", () => {
  expect(trendMarks([at(9), at(-9)], SCALE).line).toBe("M25 0L75 20");
});

test("nothing is drawn of nothing", () => {
  expect(Object.values(trendMarks([], SCALE)).join("")).toBe("");
});
