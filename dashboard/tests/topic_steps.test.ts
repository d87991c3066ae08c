import { expect, test } from "vitest";
import { courseSteps, hourSteps, mostItems } from "../src/topics/steps";

test("the hours of a trending topic end with the one in which it was found", () => {
  const steps = hourSteps({ mentions_by_hour: [1, 0, 4], created_at: "2026-01-05T10:40:00Z" });
  expect(steps.map(({ start }) => start)).toEqual([
    "2026-01-05T08:00:00.000Z",
    "2026-01-05T09:00:00.000Z",
    "2026-01-05T10:00:00.000Z",
  ]);
  expect(steps[2]).toMatchObject({ end: "2026-01-05T11:00:00.000Z", total: 4 });
});

test("the steps of a course are as long as it says", () => {
  const course = { steps: [{ start: "2026-01-05T00:00:00Z", items: 3 }] };
  const of = (granularity: "hour" | "day") =>
    courseSteps({ ...course, granularity } as Parameters<typeof courseSteps>[0])[0]?.end;
  expect(of("hour")).toBe("2026-01-05T01:00:00.000Z");
  expect(of("day")).toBe("2026-01-06T00:00:00.000Z");
});

test("charts that stand together share the most items of any step", () => {
  const steps = (...totals: number[]) => totals.map((total) => ({ start: "", end: "", total }));
  expect(mostItems([steps(1, 7), steps(3)])).toBe(7);
  expect(mostItems([[]])).toBe(1);
});
