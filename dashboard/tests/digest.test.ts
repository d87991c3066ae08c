import { describe, expect, test } from "vitest";
import type { Digest, DigestSubject } from "../src/api";
import {
  comparedHoursText,
  comparedText,
  daysText,
  digestAddress,
  isSilent,
  pointsText,
  sharedSentences,
  silentText,
  volumeText,
} from "../src/digest/text";

type Verdict = DigestSubject["volume"]["verdict"];

const volume = (n: number, n_before: number, verdict: Verdict) =>
  volumeText({ volume: { n, n_before, verdict } });

function digest(hours: number): Digest {
  const window = { start: "2026-11-16T00:00:00Z", end: "2026-11-23T00:00:00Z" };
  return { window, subjects: [{ change: { hours } }] } as unknown as Digest;
}

test("the days of a digest are named", () => {
  expect(daysText({ first_day: "2026-11-16", end: "2026-11-23" })).toBe(
    "Mon 16 Nov – Sun 22 Nov 2026",
  );
  expect(daysText({ first_day: "2026-12-31", end: "2027-01-01" })).toBe("Thu 31 Dec 2026");
});

describe("the change of the number of mentions", () => {
  test.each<[number, number, Verdict, string]>([
    [120, 45, "more", "+75 (45 before, more)"],
    [10, 45, "fewer", "−35 (45 before, fewer)"],
    [46, 45, "no_clear_change", "+1 (45 before)"],
    [46, 0, "incomplete", "can't be told"],
  ])("%i, %i, %s", (n, before, verdict, text) => {
    expect(volume(n, before, verdict)).toBe(text);
  });
});

test("changes say over which hours they are, where these aren't all", () => {
  expect(comparedHoursText(digest(168))).toBeNull();
  expect(comparedHoursText(digest(158))).toBe(
    "Changes are over the 158 of 168 hours known in both times.",
  );
});

test("what is compared with is named", () => {
  const compared_with = { start: "", end: "", because: "week_before" as const };
  expect(comparedText({ compared_with })).toBe("compared with the same hours a week earlier");
});

test("a share of voice moves by points", () => {
  expect(pointsText(-0.12)).toBe("−12 points");
  expect(pointsText(null)).toBeNull();
});

test("a subject is silent where nothing is said of it, neither now nor before", () => {
  const subject = (mentions: number, before: number) =>
    ({ mentions, change: { previous: { total: before } } }) as unknown as DigestSubject;
  expect([subject(0, 0), subject(0, 1), subject(1, 0)].map(isSilent)).toEqual([true, false, false]);
});

test("silent subjects are named, and the time before where it is known", () => {
  const named = (name: string, verdict: Verdict) => ({
    name,
    volume: { n: 0, n_before: 0, verdict },
  });
  const known = [named("Kiro", "no_clear_change"), named("Zed", "no_clear_change")];
  expect(silentText(known)).toBe("Not mentioned, neither now nor before: Kiro, Zed.");
  expect(silentText([named("Kiro", "incomplete")])).toBe("Not mentioned: Kiro.");
});

test("sentences that differ in a name alone are one", () => {
  const untold = (name: string) => ({ name, sentence: `The change of ${name} can't be told.` });
  const zed = { name: "Zed", sentence: "Zed has no clear change: Zed had 4 mentions." };
  expect(sharedSentences([])).toEqual([]);
  expect(sharedSentences([zed])).toEqual([zed.sentence]);
  expect(sharedSentences([untold("Kiro"), zed, untold("Cline"), untold("A$&b")])).toEqual([
    "The change of Kiro, Cline and A$&b can't be told.",
    zed.sentence,
  ]);
});

test("another digest keeps no open post", () => {
  expect(digestAddress("2026-11-16")).toMatchObject({
    view: "digest",
    until: "2026-11-16",
    post: null,
  });
});
