import { expect, test } from "vitest";
import { trendMarks } from "../src/charts/trend_marks";

const SCALE = { limit: 0.5, height: 20 };

test("neighbours are joined, and the line breaks at an empty step", () => {
  expect(trendMarks([0, 0.5, null, -0.5, 0], SCALE).line).toBe("M10 10L30 0M70 20L90 10");
});

test("a step without neighbours is a dot", () => {
  expect(trendMarks([null, 0.25, null, null], SCALE)).toEqual({ line: "", dots: "M37.5 5h0.01" });
});

test("a mean beyond the scale stands at its edge", () => {
  expect(trendMarks([9, -9], SCALE).line).toBe("M25 0L75 20");
});

test("nothing is drawn of nothing", () => {
  expect(trendMarks([], SCALE)).toEqual({ line: "", dots: "" });
});
