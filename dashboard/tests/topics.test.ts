import { expect, test } from "vitest";
import { kindsText, noneText, ratioText, sampleText, stateText } from "../src/topics/text";

const SPAN = { start: "", end: "", items: 290, read: 300, of: 4_100, is_whole: false };
const PEAK = "2026-01-05T10:00:00Z";

test("a ratio is as exact as its size allows", () => {
  expect(ratioText(2.345)).toBe("×2.3");
  expect(ratioText(12.5)).toBe("×13");
});

test("a topic past its peak says when that was, others how they stand", () => {
  expect(stateText("peaked", PEAK)).toMatch(/^peaked at .*:00$/);
  expect(stateText("gone", PEAK)).toBe("gone");
});

test("kinds are the two commonest that say something", () => {
  expect(kindsText({ other: 9, problem: 5, outage: 2, price: 1 })).toBe("5 problem, 2 outage");
  expect(kindsText({ other: 9 })).toBeNull();
  expect(kindsText(null)).toBeNull();
});

test("a sample says so, and why there is nothing is said", () => {
  expect(sampleText(SPAN)).toBe("From a sample: 300 of 4,100 posts and comments.");
  expect(sampleText({ ...SPAN, is_whole: true })).toBeNull();
  expect(noneText("nothing_before")).toMatch(/before/);
});
