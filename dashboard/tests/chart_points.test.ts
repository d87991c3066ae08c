import { expect, test } from "vitest";
import { bandsOf, pointOf } from "../src/charts/points";
import { chartSteps } from "../src/figures";
import { makeStep, makeTotals } from "./builders";

const WINDOW = { start: "2026-01-05T00:00:00Z", end: "2026-01-05T04:30:00Z" };

test("a point grows and darkens with its items, up to thirty", () => {
  const points = [1, 10, 30, 300].map((total) => pointOf(makeTotals({ total }), true, 20));
  const radii = points.map(({ radius }) => radius);
  expect(radii).toEqual([...radii].sort((a, b) => a - b));
  expect(radii[0]).toBeLessThan(radii[2] ?? 0);
  expect(points[2]).toEqual(points[3]);
  expect(points[3]?.opacity).toBe(1);
  expect(points[0]?.opacity).toBeLessThan(0.6);
});

test("points of many steps don't touch, but an isolated one is seen", () => {
  expect(pointOf(makeTotals({ total: 50 }), true, 1.2).radius).toBe(1.2);
  expect(pointOf(makeTotals({ total: 1 }), false, 1.2).radius).toBeGreaterThanOrEqual(2);
});

test("bands break where there is no interval, and leave out the running step", () => {
  const interval = [0, 0.2];
  const of = (hour: number, given: object) =>
    makeStep(`2026-01-05T0${hour}:00:00Z`, { total: 40, avg_sentiment: 0.1, interval, ...given });
  const steps = chartSteps(
    [of(0, {}), of(1, {}), of(2, { interval: null }), of(3, {}), of(4, {})],
    { window: WINDOW, gaps: [], granularity: "hour" },
  );
  expect(bandsOf(steps).map((run) => run.map(({ at }) => at))).toEqual([[0, 1], [3]]);
  expect(bandsOf(steps)[1]).toEqual([{ at: 3, low: 0, high: 0.2 }]);
});
