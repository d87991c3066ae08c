import { describe, expect, test } from "vitest";
import {
  age,
  baselineName,
  communityName,
  compact,
  count,
  duration,
  formatSpan,
  formatStep,
  NO_VALUE,
  partOf,
  plural,
  requestsText,
  scopeSubject,
  score,
  share,
  signed,
  windowName,
} from "../src/format";

describe("signed", () => {
  test.each([
    [0.125, 2, "+0.13"],
    [-0.125, 2, "−0.13"],
    [1234.5, 0, "+1,235"],
    [-1234.5, 0, "−1,235"],
    [3, 0, "+3"],
    [0.0005, 3, "+0.001"],
  ])("writes %d with %d digits as %s", (value, digits, text) => {
    expect(signed(value, digits)).toBe(text);
  });

  test.each([
    [0, 0, "0"],
    [-0, 2, "0.00"],
    [0.004, 2, "0.00"],
    [-0.004, 2, "0.00"],
    [-0.4, 0, "0"],
  ])("%d with %d digits rounds to zero and has no sign", (value, digits, text) => {
    expect(signed(value, digits)).toBe(text);
  });

  test("the minus is a minus, no hyphen", () => {
    expect(signed(-1)).toBe("\u22121");
  });
});

test("a score has two digits and its sign; without items there is none", () => {
  expect(score(1)).toBe("+1.00");
  expect(score(-0.5)).toBe("−0.50");
  expect(score(0)).toBe("0.00");
  expect(score(null)).toBe(NO_VALUE);
});

test("a count has thousands separators and no fraction", () => {
  expect([0, 999, 1000, 1234567].map(count)).toEqual(["0", "999", "1,000", "1,234,567"]);
});

test.each([
  [0, "0"],
  [999, "999"],
  [1000, "1k"],
  [1234, "1.2k"],
  [999_499, "999.5k"],
  [1_250_000, "1.3m"],
])("%d is %s on an axis", (value, text) => {
  expect(compact(value)).toBe(text);
});

test("a share is a whole percentage, and nothing of nothing", () => {
  expect(share(1, 3)).toBe("33%");
  expect(share(1, 200)).toBe("1%");
  expect(share(0, 7)).toBe("0%");
  expect(share(7, 7)).toBe("100%");
  expect(share(0, 0)).toBe(NO_VALUE);
});

test("one is singular; everything else, zero included, is plural", () => {
  expect(plural(1, "post")).toBe("1 post");
  expect(plural(0, "post")).toBe("0 posts");
  expect(plural(1500, "post")).toBe("1,500 posts");
  expect(plural(2, "copy", "copies")).toBe("2 copies");
});

test.each([
  [0, "0 s"],
  [-3, "0 s"],
  [59.4, "59 s"],
  [60, "1 min"],
  [3599, "60 min"],
  [3600, "1 h"],
  [35 * 3600, "35 h"],
  [36 * 3600, "2 days"],
  [10 * 86_400, "10 days"],
])("%d seconds last %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

describe("a community", () => {
  test.each([
    ["Cursor", "r/Cursor"],
    ["a_b1", "r/a_b1"],
    ["reddit.com", "r/reddit.com"],
    ["Reddit.com", "r/Reddit.com"],
    ["push", "r/push"],
    ["pushed", "r/pushed"],
  ])("of Reddit is named r/: %s", (id, name) => {
    expect(communityName(id)).toBe(name);
  });

  test.each(["push.support-desk", "hn.front", "forum.cursor", "github.a.b", "push.reddit.com"])(
    "of another source is named by its id: %s",
    (id) => {
      expect(communityName(id)).toBe(id);
    },
  );
});

describe("the requests of a cycle", () => {
  const used = (number: number) => ({ used: number, left: null });

  test("are counted for each source", () => {
    expect(requestsText({ reddit: used(1058), push: used(3) })).toBe(
      "1,058 requests to Reddit, 3 to push",
    );
  });

  test("name sources as people do, and an archive as one", () => {
    const requests = { hackernews: used(7), discourse: used(8), github: used(6) };
    expect(requestsText(requests)).toBe("7 requests to Hacker News, 8 to Discourse, 6 to GitHub");
    expect(requestsText({ arctic_shift: used(2) })).toBe("2 requests to Arctic Shift (archive)");
  });

  test("of one source have no list", () => {
    expect(requestsText({ reddit: used(1) })).toBe("1 request to Reddit");
    expect(requestsText({ push: used(2) })).toBe("2 requests to push");
    expect(requestsText({})).toBe("0 requests");
  });
});

describe("age", () => {
  const now = Date.UTC(2026, 0, 5, 12);

  test.each([
    [0, "just now"],
    [59, "just now"],
    [60, "1 min ago"],
    [7200, "2 h ago"],
    [-30, "in a moment"],
    [-600, "in 10 min"],
  ])("of %d seconds is %s", (seconds, text) => {
    expect(age(now - seconds * 1000, now)).toBe(text);
  });

  test("takes the API's times", () => {
    expect(age("2026-01-05T11:00:00Z", now)).toBe("1 h ago");
  });
});

test("a window is named by hours up to a day, and by days beyond", () => {
  expect([24, 168, 720, 2160].map(windowName)).toEqual([
    "24 hours",
    "7 days",
    "30 days",
    "90 days",
  ]);
});

describe("a window is compared with the hours before, or with those a week earlier", () => {
  const [midnight, noon] = ["2026-11-19T00:00:00Z", "2026-11-19T12:00:00Z"];
  test.each([
    [24, undefined, "the 24 hours before"],
    [72, { because: "just_before", start: midnight, end: noon }, "the 3 days before"],
    [72, { because: "no_week_before", start: midnight, end: noon }, "the 3 days before"],
    [
      72,
      { because: "week_before", start: midnight, end: midnight },
      "the same weekdays a week earlier",
    ],
    [
      24,
      { because: "week_before", start: midnight, end: midnight },
      "the same weekday a week earlier",
    ],
    [24, { because: "week_before", start: noon, end: noon }, "the same hours a week earlier"],
    [
      72,
      { because: "week_before", start: midnight, end: noon },
      "the same weekdays and hours a week earlier",
    ],
  ] as const)("%d hours, %o", (hours, before, wanted) => {
    expect(baselineName(hours, before)).toBe(wanted);
  });
});

describe("the time of a step", () => {
  test("of hours is in the reader's zone", () => {
    const step = { start: "2026-01-05T10:00:00Z", end: "2026-01-05T12:00:00Z" };
    expect(formatStep(step)).toMatch(/^Mon,? 5 Jan, 11:00–13:00$/);
  });

  test("of hours follows summer time", () => {
    const step = { start: "2026-05-05T10:00:00Z", end: "2026-05-05T12:00:00Z" };
    expect(formatStep(step)).toMatch(/^Tue,? 5 May, 12:00–14:00$/);
  });

  test("of a day is the day of UTC", () => {
    const step = { start: "2026-01-05T00:00:00Z", end: "2026-01-06T00:00:00Z" };
    expect(formatStep(step)).toMatch(/^Mon,? 5 Jan$/);
  });

  test("of a week are its first and last day", () => {
    const step = { start: "2026-01-05T00:00:00Z", end: "2026-01-12T00:00:00Z" };
    expect(formatStep(step)).toMatch(/^Mon,? 5 Jan – Sun,? 11 Jan$/);
  });

  test("names the hours of a first day that a window cuts short", () => {
    const step = { start: "2026-01-05T18:00:00Z", end: "2026-01-06T00:00:00Z" };
    expect(formatStep(step)).toMatch(/^Mon,? 5 Jan, 19:00–01:00$/);
  });
});

describe("the time of a span", () => {
  test("may have one open end", () => {
    expect(formatSpan("2026-01-05T10:00:00Z", null)).toMatch(/^since Mon,? 5 Jan, 11:00$/);
    expect(formatSpan(null, "2026-01-05T10:00:00Z")).toMatch(/^until Mon,? 5 Jan, 11:00$/);
  });

  test("of whole days names the days, the last one included", () => {
    const [start, end] = ["2026-01-05T00:00:00Z", "2026-01-07T00:00:00Z"];
    expect(formatSpan(start, end)).toMatch(/^Mon,? 5 Jan – Tue,? 6 Jan$/);
    expect(formatSpan(start, "2026-01-06T00:00:00Z")).toMatch(/^Mon,? 5 Jan$/);
  });

  test("within one day of the reader names the day once", () => {
    const [start, end] = ["2026-01-05T10:00:00Z", "2026-01-05T12:30:00Z"];
    expect(formatSpan(start, end)).toMatch(/^Mon,? 5 Jan, 11:00 – 13:30$/);
  });

  test("across the reader's midnight names both days", () => {
    const [start, end] = ["2026-01-05T22:00:00Z", "2026-01-05T23:30:00Z"];
    expect(formatSpan(start, end)).toMatch(/^Mon,? 5 Jan, 23:00 – Tue,? 6 Jan, 00:30$/);
  });
});

describe("parts", () => {
  test.each([
    [0, "0%"],
    [0.001, "<1%"],
    [0.005, "1%"],
    [0.333, "33%"],
    [1, "100%"],
  ])("%d is %s", (part, text) => {
    expect(partOf(part)).toBe(text);
  });
});

test("a scope is a subject or a community", () => {
  expect(scopeSubject("subject:cursor")).toBe("cursor");
  expect(scopeSubject("Subject:Cursor")).toBe("Cursor");
  expect(scopeSubject("Cursor")).toBeNull();
  expect(scopeSubject("subject:")).toBeNull();
});
