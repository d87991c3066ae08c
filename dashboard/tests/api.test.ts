import { describe, expect, test } from "vitest";
import {
  ApiError,
  apiPath,
  comparedSpan,
  comparisonPath,
  explainPath,
  nextPage,
  readError,
  shareOfVoicePath,
  spanPath,
  subjectsPath,
  topicsPath,
  withPages,
} from "../src/api";

describe("pages of communities", () => {
  const pageOf = (number: number, next: number | null) => ({
    data: { subreddits: [`c${number}`], count: 99, details: [number] },
    next: next === null ? null : String(next),
    etag: "",
  });

  test("are joined to the last one", async () => {
    const load = async (address: string) => pageOf(Number(address), null);
    const whole = await withPages(pageOf(0, 1), load);
    expect(whole).toEqual({ subreddits: ["c0", "c1"], count: 99, details: [0, 1] });
  });

  test("are no more than five", async () => {
    const load = async (address: string) => pageOf(Number(address), Number(address) + 1);
    const whole = await withPages(pageOf(0, 1), load);
    expect(whole.details).toEqual([0, 1, 2, 3, 4]);
  });
});

describe("an address of the API", () => {
  test("leaves out what isn't given", () => {
    expect(apiPath("/items", { q: null, start: undefined, subreddit: "", hours: 0 })).toBe(
      "/api/v1/items?hours=0",
    );
    expect(apiPath("/health")).toBe("/api/v1/health");
  });

  test("encodes what people type", () => {
    const { searchParams } = new URL(apiPath("/items", { q: "a&b=c #ü" }), "http://127.0.0.1");
    expect([...searchParams]).toEqual([["q", "a&b=c #ü"]]);
  });

  test("compares subjects and communities as scopes", () => {
    expect(comparisonPath(["subject:cursor", "Cursor"], { hours: 168 }, "hour")).toBe(
      "/api/v1/sentiment/compare?scopes=subject%3Acursor%2CCursor&hours=168&baseline=rhythm&until=collected&granularity=hour",
    );
  });

  test("compares a span with the one before it", () => {
    const span = { start: "2026-01-05T00:00:00Z", end: "2026-01-05T06:00:00Z" };
    expect(spanPath(["all"], span)).toBe(
      "/api/v1/sentiment/compare?subreddits=all&start=2026-01-05T00%3A00%3A00Z&end=2026-01-05T06%3A00%3A00Z&until=collected",
    );
  });

  test("compares days of one's own", () => {
    expect(comparisonPath(["a"], { start: "2026-11-18", end: "2026-11-21" }, "day")).toBe(
      "/api/v1/sentiment/compare?subreddits=a&start=2026-11-18&end=2026-11-21&until=collected&granularity=day",
    );
  });

  test("asks what is said and why in the same days", () => {
    const days = { start: "2026-11-18", end: "2026-11-21" };
    const asked = "start=2026-11-18&end=2026-11-21";
    expect(topicsPath({ community: "a" }, days)).toBe(`/api/v1/topics?community=a&${asked}`);
    expect(explainPath("subject:x", days)).toBe(`/api/v1/explain?scope=subject%3Ax&${asked}`);
  });

  test("compares up to the last collection", () => {
    expect(comparisonPath(["a", "b"], { hours: 24 }, "hour")).toBe(
      "/api/v1/sentiment/compare?subreddits=a%2Cb&hours=24&baseline=rhythm&until=collected&granularity=hour",
    );
  });

  test("compares a short window with the same hours a week earlier wherever it has changes", () => {
    const day = { hours: 24 };
    const asked = "hours=24&baseline=rhythm";
    expect(subjectsPath(day)).toBe(`/api/v1/subjects?${asked}&until=collected`);
    expect(explainPath("aws", day)).toBe(`/api/v1/explain?scope=aws&${asked}`);
    expect(explainPath("all", day, "markdown")).toBe(
      `/api/v1/explain?scope=all&${asked}&format=markdown`,
    );
    expect(shareOfVoicePath([], day, null)).toBe(`/api/v1/share-of-voice?${asked}&until=collected`);
    expect(comparedSpan(day)).toEqual({ hours: 24, baseline: "rhythm" });
    // What compares nothing takes no such parameter.
    expect(topicsPath({ community: "a" }, day)).toBe("/api/v1/topics?community=a&hours=24");
  });
});

test("the next page is that of the Link header, among others", () => {
  expect(nextPage('</a>; rel="prev", </b?cursor=1>; rel="next"')).toBe("/b?cursor=1");
  expect(nextPage('</a>; rel="prev"')).toBeNull();
  expect(nextPage(null)).toBeNull();
});

describe("an error", () => {
  const problem = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    readError(new Response(JSON.stringify(body), { status, headers }));

  test("has the words and the delay of the API", async () => {
    const error = await problem(503, { detail: "Busy." }, { "Retry-After": "7" });
    expect(error).toMatchObject({ status: 503, message: "Busy.", retrySeconds: 7 });
  });

  test("names what each parameter takes", async () => {
    const errors = [
      { detail: "hours is 3", takes: "24 or more" },
      { detail: "kind is x", takes: "post or comment" },
    ];
    const error = await problem(400, { detail: "Bad request.", errors });
    expect(error.message).toBe(
      "hours is 3; it takes 24 or more. kind is x; it takes post or comment",
    );
  });

  test("of another server is its status", async () => {
    const error = await readError(new Response("<html>", { status: 502 }));
    expect(error).toMatchObject({ status: 502, message: "The server answered 502." });
  });

  test("says when a setting of the app is bad, and which cycle runs", async () => {
    expect(await problem(500, { type: "urn:undertone:bad-setting" })).toMatchObject({
      isBadSetting: true,
    });
    expect(await problem(409, { cycle: "c1" })).toMatchObject({ cycle: "c1", isBadSetting: false });
  });

  test.each([
    [0, true],
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, false],
    [429, true],
    [500, true],
    [503, true],
  ])("with the status %d is transient: %s", (status, isTransient) => {
    expect(new ApiError(status, "").isTransient).toBe(isTransient);
  });
});
