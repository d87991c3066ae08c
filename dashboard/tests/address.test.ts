import { describe, expect, test } from "vitest";
import { type Address, formatAddress, MAX_CHOSEN, parseAddress, spanAddress } from "../src/address";

const START = parseAddress("");

function reread(address: Address): Address {
  return parseAddress(formatAddress(address).slice(1));
}

test("the start page has no query", () => {
  expect(formatAddress(START)).toBe("/");
  expect(START).toMatchObject({ view: "subjects", hours: 24, subreddit: null, compare: [] });
});

describe("what is written is read back", () => {
  test.each<Partial<Address>>([
    { view: "compare", hours: 168, compare: ["python", "rust"] },
    { view: "posts", kind: "comments", sentiment: "negative", q: '"two words" -none' },
    { view: "posts", start: "2026-01-05T10:00:00Z", end: "2026-01-06T00:00:00Z" },
    { view: "posts", topic: "t-1", at: "2026-01-05T10:00:00Z", post: "python/abc1" },
    { view: "posts", subject: "cursor", via: "thread", sort: "score", subreddit: "claude" },
    { view: "posts", sort: "most_negative", sentiment: "negative" },
    { view: "posts", subject: "cursor", sort: "influence" },
    { view: "compare", compare: ["subject:cursor", "Cursor"] },
    { subject: "cursor", home: "exclude" },
    { hours: 72, from: "2026-11-18", to: "2026-11-20" },
    { hours: 24, from: "2026-12-31", to: "2026-12-31" },
    { view: "communities", subject: "cursor", subreddit: "claude" },
    { view: "posts", q: "a&b=c#d?e+f %2C ü 漢 😀" },
    { view: "posts", post: "push.support-desk/push.support-desk.T-1.2" },
    { view: "digest", period: "day", until: "2026-11-23", zone: "Europe/Berlin" },
    { view: "digest", set: ["cursor", "zed"] },
    { subreddit: "AskReddit" },
    { subreddit: "push.support-desk", compare: ["push.support-desk", "rust"] },
    { subreddit: "a&view=posts" },
    { topic: "<script>alert(1)</script>" },
    { q: "\u202e\u0000\n" },
  ])("%j", (given) => {
    expect(reread({ ...START, ...given })).toEqual({ ...START, ...given });
  });
});

test("only a digest has a period, and its end is a day of the calendar", () => {
  const digest: Address = { ...START, view: "digest", period: "day", until: "2026-11-23" };
  expect(formatAddress(digest)).toBe("/?view=digest&period=day&until=2026-11-23");
  expect(formatAddress({ ...digest, view: "subjects" })).toBe("/");
  expect(parseAddress("?view=digest&until=2026-11-31").until).toBeNull();
});

test("days of one's own say how many hours they have", () => {
  const address = formatAddress({ ...START, hours: 72, from: "2026-11-18", to: "2026-11-20" });
  expect(address).toBe("/?from=2026-11-18&to=2026-11-20");
  expect(parseAddress("?hours=168&from=2026-10-25&to=2026-10-25").hours).toBe(24);
});

test("commas, slashes and colons stay readable", () => {
  const address = formatAddress({
    ...START,
    compare: ["python", "rust"],
    post: "python/abc1",
    start: "2026-01-05T10:00:00Z",
  });
  expect(address).toBe("/?compare=python,rust&start=2026-01-05T10:00:00Z&post=python/abc1");
});

describe("what an address says wrong is left out", () => {
  test.each([
    "view=admin",
    "view=__proto__",
    "hours=25",
    "from=2026-11-18",
    "to=2026-11-18",
    "from=2026-11-18&to=2026-11-17",
    "from=2026-01-01&to=2026-12-31",
    "from=2026-11-31&to=2026-12-01",
    "from=18.11.2026&to=19.11.2026",
    "hours=24.0",
    "hours=-24",
    "kind=topics",
    "via=name",
    "sort=newest",
    "sort=loudest",
    "home=include",
    "subject=",
    "sentiment=POSITIVE",
    "start=yesterday",
    "end=2026-13-45T00:00:00Z",
    "post=abc1",
    "post=python/abc1/def",
    "post=python/..",
    "post=python/.a",
    "post=python/a%252e",
    "post=../../admin",
    "post=javascript:alert(1)",
    "compare=,,,",
    "subreddit=",
    "q=",
    "unknown=1",
    "%E0%A4%A",
    "=&=&",
  ])("%s", (query) => {
    expect(parseAddress(`?${query}`)).toEqual(START);
  });
});

test("old links to the first view and to one community lead to the communities", () => {
  expect(parseAddress("?view=overview&hours=168")).toMatchObject({
    view: "communities",
    hours: 168,
  });
  expect(parseAddress("?subreddit=claude").view).toBe("communities");
  expect(formatAddress(parseAddress("?view=overview&subreddit=claude"))).toBe("/?subreddit=claude");
});

test("the first of two values counts", () => {
  expect(parseAddress("?view=posts&view=compare").view).toBe("posts");
});

test("a time without a zone is in UTC", () => {
  expect(parseAddress("?start=2026-01-05T10:00:00").start).toBe("2026-01-05T10:00:00Z");
  expect(parseAddress("?start=2026-01-05T10:00:00%2B02:00").start).toBe(
    "2026-01-05T10:00:00+02:00",
  );
});

test("a comparison takes each name once, and no more than there are line colours", () => {
  const names = ["a", "b", "a", "c", "d", "e", "f", "g"];
  const { compare } = parseAddress(`?compare=${names}`);
  expect(compare).toEqual(["a", "b", "c", "d", "e"]);
  expect(compare).toHaveLength(MAX_CHOSEN);
});

test("a search is as long as the API takes it", () => {
  expect(parseAddress(`?q=${"x".repeat(5000)}`).q).toHaveLength(200);
});

describe("a span that would do is one of the last hours, or days up to the end", () => {
  const last = { from: null };
  const days = { from: "2026-11-18" };
  test.each([
    [168, "2026-11-23T13:25:00Z", last, { hours: 168, from: null, to: null }],
    [2160, "2026-11-23T13:25:00Z", last, { hours: 2160, from: null, to: null }],
    [120, "2026-11-23T13:25:00Z", last, { hours: 144, from: "2026-11-18", to: "2026-11-23" }],
    [120, "2026-11-23T00:00:00Z", last, { hours: 120, from: "2026-11-18", to: "2026-11-22" }],
    [168, "2026-11-20T00:00:00Z", days, { hours: 168, from: "2026-11-13", to: "2026-11-19" }],
    [2160, "2026-11-20T00:00:00Z", days, { hours: 2160, from: "2026-08-22", to: "2026-11-19" }],
    // The page has no window of more than 90 days.
    [2160, "2026-11-20T10:00:00Z", days, null],
  ])("%d hours until %s", (hours, end, address, wanted) => {
    expect(spanAddress(hours, end, address)).toEqual(wanted);
  });
});
