import { beforeEach, describe, expect, test, vi } from "vitest";
import { formatAddress, MAX_QUESTION, parseAddress } from "../src/address";
import type { Marker } from "../src/api";
import { type Answer, type AskedItem, askModel, requestOf, settleTime } from "../src/ask/api";
import {
  announcement,
  citesOf,
  examplesOf,
  isOfApi,
  isOfDays,
  numberItems,
  pageOf,
  scopeView,
  searchView,
  spanView,
  spanWindow,
  struckText,
  understoodWords,
} from "../src/ask/text";
import { makeAnswer, makeUnderstood } from "./builders";

const NOW = Date.parse("2026-11-25T12:00:00Z");
const AT = "2026-11-25T12:00:00Z";
const BASE = parseAddress("");

describe("the address", () => {
  test.each([
    "?view=ask&question=What+changed+about+Cursor?&at=2026-11-25T12:00:00Z",
    "?view=ask&id=0f9a-Z_",
  ])("%s is written as it was read", (search) => {
    expect(formatAddress(parseAddress(search))).toBe(`/${search.replace("Cursor?", "Cursor%3F")}`);
  });

  test("has a question in the view of questions alone", () => {
    const asked = { ...BASE, view: "ask", question: "Why?", id: "a1" } as const;
    expect(formatAddress({ ...asked, view: "posts" })).toBe("/?view=posts");
  });

  test.each(["id=../../admin", "id=a%2Fb", `id=${"x".repeat(65)}`, "question=", "question=+%0A"])(
    "leaves out %s",
    (query) => {
      expect(parseAddress(`?view=ask&${query}`)).toEqual({ ...BASE, view: "ask" });
    },
  );

  test("has no longer question than the API takes", () => {
    const { question } = parseAddress(`?view=ask&question=${"x".repeat(5000)}`);
    expect(question).toHaveLength(MAX_QUESTION);
  });
});

describe("examples", () => {
  const cursor = { name: "Cursor", role: "own" } as const;
  const claude = { name: "Claude", role: "competitor" } as const;
  const pricing = { name: "Pricing", role: "topic" } as const;
  const marker = (name: string, at: string, kind: Marker["kind"] = "release") =>
    ({ name, at, kind }) as Marker;

  test("are about the own subject and its competitor", () => {
    const examples = examplesOf([pricing, claude, cursor], [], NOW);
    expect(examples).toContain("What changed about Cursor this week?");
    expect(examples).toContain("Compare Cursor and Claude in the last 30 days");
  });

  test("name the newest release that is out", () => {
    const markers = [
      marker("Cursor 1", "2026-11-01T00:00:00Z"),
      marker("Cursor 2", "2026-11-20T00:00:00Z"),
      marker("An outage", "2026-11-22T00:00:00Z", "incident"),
      marker("Cursor 3", "2026-12-01T00:00:00Z"),
    ];
    expect(examplesOf([cursor], markers, NOW)).toContain("Did Cursor 2 help?");
    expect(examplesOf([cursor], [], NOW).some((each) => each.startsWith("Did"))).toBe(false);
  });

  test("compare nothing where one subject is watched, and name none where none is", () => {
    expect(examplesOf([claude], [], NOW).some((each) => each.startsWith("Compare"))).toBe(false);
    expect(examplesOf([], [], NOW)).toEqual([
      "What do people say about pricing?",
      "How do people feel this week?",
    ]);
  });
});

describe("what was understood", () => {
  const week = { start: "2026-11-18T00:00:00Z", end: "2026-11-25T00:00:00Z" };
  const cursor = { scope: "subject:cursor", name: "Cursor", words: "cursor ide" };
  const claude = { scope: "claude", name: "r/claude", words: "" };
  const all = { scope: "all", name: "all communities", words: "" };

  test("is marked as the question spells it", () => {
    const understood = makeUnderstood({ scopes: [cursor, claude], span_words: "LAST week" });
    expect(understoodWords("Is Cursor IDE better than last week?", understood)).toEqual([
      "Cursor IDE",
      "last week",
    ]);
    expect(understoodWords("Is it?", understood)).toEqual([]);
  });

  test("is marked where texts are searched for the beginning of a word", () => {
    const understood = makeUnderstood({ search: '"rate limit*" price*' });
    expect(understoodWords("Are Prices or rate limits a priority?", understood)).toEqual([
      "Prices",
      "rate",
      "limits",
    ]);
  });

  test("leads to the view of a scope in the days of its span", () => {
    const understood = makeUnderstood({ scopes: [cursor], ...week });
    expect(scopeView("subject:cursor", understood)).toMatchObject({
      view: "subjects",
      subject: "cursor",
      subreddit: null,
      from: "2026-11-18",
      to: "2026-11-24",
      hours: 168,
    });
    expect(scopeView("claude", understood)).toMatchObject({
      view: "communities",
      subreddit: "claude",
    });
    expect(scopeView("all", understood)).toMatchObject({ view: "communities", subreddit: null });
  });

  test.each([
    ["a part of a day is that day", "2026-11-24T10:00:00Z", "2026-11-25T03:00:00Z", 48],
    ["no span", null, null, null],
    ["more than the page has", "2026-01-01T00:00:00Z", "2026-11-25T00:00:00Z", null],
  ])("%s", (_, start, end, hours) => {
    expect(spanWindow({ start, end })?.hours ?? null).toBe(hours);
  });

  test("leads to the items of exactly its span", () => {
    const own = spanView(makeUnderstood({ scopes: [cursor], ...week }));
    expect(own).toMatchObject({ view: "posts", kind: "items", subject: "cursor", ...week });
    expect(spanView(makeUnderstood({ scopes: [all], ...week }))).toMatchObject({
      subject: null,
      subreddit: null,
    });
    expect(spanView(makeUnderstood({ scopes: [cursor] }))).toBeNull();
  });

  test("of several scopes leads to their comparison", () => {
    const other = { ...cursor, scope: "subject:zed" };
    const compared = makeUnderstood({ intent: "comparison", scopes: [cursor, claude], ...week });
    expect(spanView(compared)).toMatchObject({
      view: "compare",
      compare: ["subject:cursor", "claude"],
    });
    expect(spanView(makeUnderstood({ scopes: [cursor, other], ...week }))).toMatchObject({
      view: "compare",
      compare: ["subject:cursor", "subject:zed"],
    });
  });

  test("of a subject within a community leads to its items there", () => {
    expect(spanView(makeUnderstood({ scopes: [cursor, claude], ...week }))).toMatchObject({
      view: "posts",
      subject: "cursor",
      subreddit: "claude",
    });
  });

  test("leads to the texts that were searched", () => {
    const understood = makeUnderstood({ scopes: [all], search: "pricing", ...week });
    expect(searchView(understood)).toMatchObject({ view: "posts", q: "pricing", ...week });
  });
});

describe("evidence", () => {
  const item = (id: string, evidence: number) => ({ id, evidence }) as AskedItem;
  const read = { tool: "sentiment", title: "Figures", request: "/api/v1/x", page: null };
  const evidence = [
    { ...read, number: 1 },
    { ...read, number: 2 },
  ];
  const numbered = numberItems({ evidence, items: [item("a", 2), item("b", 1), item("c", 2)] });

  test("numbers its items", () => {
    expect(numbered.map(({ number, item: { id } }) => `${number} ${id}`)).toEqual([
      "1.1 b",
      "2.1 a",
      "2.2 c",
    ]);
  });

  const links = (evidence: number[], items: string[], of = numbered) =>
    citesOf({ text: "", evidence, items }, of).map(({ first, last }) => [first, last].join(" "));

  test("is cited as a whole where no item of it is", () => {
    expect(links([1, 2], ["c"])).toEqual(["1 1", "2.2 2.2"]);
    expect(links([2], ["gone"])).toEqual(["2 2"]);
  });

  test("has one link for three items in a row, within one read", () => {
    const items = [..."abcdef"].map((id) => item(id, id < "f" ? 1 : 2));
    const many = numberItems({ evidence, items });
    expect(links([1], ["a", "b", "c", "f"], many)).toEqual(["1.1 1.3", "2.1 2.1"]);
    expect(links([1], ["a", "b", "d", "e"], many)).toEqual([
      "1.1 1.1",
      "1.2 1.2",
      "1.4 1.4",
      "1.5 1.5",
    ]);
    expect(links([1], ["d", "e", "f"], many)).toEqual(["1.4 1.4", "1.5 1.5", "2.1 2.1"]);
  });

  test("leads to views of this page and to this API alone", () => {
    expect(pageOf({ page: "?subject=cursor&hours=168" })).toMatchObject({
      view: "subjects",
      subject: "cursor",
      hours: 168,
    });
    expect(pageOf({ page: null })).toBeNull();
    expect(pageOf({ page: "?view=communities&hours=168" })).toMatchObject({
      view: "communities",
      subreddit: null,
    });
    expect(isOfApi({ request: "/api/v1/sentiment/stats" })).toBe(true);
    expect(isOfApi({ request: "javascript:alert(1)" })).toBe(false);
    expect(isOfApi({ request: "//elsewhere.invalid/api/v1/" })).toBe(false);
  });
});

test("days of UTC are the same in every zone", () => {
  const start = "2026-11-18T00:00:00Z";
  expect(isOfDays({ start, end: "2026-11-25T00:00:00Z" })).toBe(true);
  expect(isOfDays({ start, end: "2026-11-25T01:00:00Z" })).toBe(false);
  expect(isOfDays({ start: null, end: null })).toBe(false);
});

test("what was struck says why", () => {
  expect(struckText({ what: "figure", why: "no read has 93%" })).toBe("A figure: no read has 93%");
});

test("a screen reader hears the state of the answer", () => {
  const understood = makeUnderstood({ sentence: "How people feel" });
  const said = [{ text: "Well.", evidence: [], items: [] }];
  const state = { understood, answer: said };
  expect(announcement({ ...state, status: "working" })).toBe("The model works on it.");
  expect(announcement({ ...state, status: "answered" })).toBe("Answered: How people feel");
  expect(announcement({ ...state, status: "answered", answer: [] })).toMatch(/^Not answered/);
  expect(announcement({ ...state, status: "failed", answer: [] })).toMatch(/^Not answered/);
});

describe("asking", () => {
  const calls: { path: string; body: unknown }[] = [];
  let answers: Answer[] = [];

  beforeEach(() => {
    calls.length = 0;
    vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
      calls.push({ path, body: init.body ? JSON.parse(String(init.body)) : undefined });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return new Response(JSON.stringify(answer));
    });
    return () => vi.unstubAllGlobals();
  });

  test("nothing requests nothing", () => {
    expect(requestOf({ question: null, at: null, id: null })).toBeNull();
  });

  test("a repeated request keeps the time of the first answer", async () => {
    answers = [makeAnswer({ at: AT })];
    const request = requestOf({ question: "Once?", at: null, id: null });
    await request?.reload();
    await request?.reload();
    expect(calls.map(({ body }) => body)).toEqual([
      { question: "Once?" },
      { question: "Once?", at: AT },
    ]);
  });

  test("an answer is kept under its time, and the question can be asked again", async () => {
    answers = [makeAnswer({ at: AT })];
    const asked = { question: "Twice?", at: null, id: null };
    const request = requestOf(asked);
    await request?.reload();
    settleTime(asked, AT);
    expect(requestOf({ ...asked, at: AT })).toBe(request);
    expect(requestOf(asked)).not.toBe(request);
  });

  test("each question has an answer of its own, whichever comes first", async () => {
    const [older, newer] = ["Older?", "Newer?"].map((question) =>
      requestOf({ question, at: null, id: null }),
    );
    answers = [makeAnswer({ question: "Newer?" }), makeAnswer({ question: "Older?" })];
    await newer?.reload();
    await older?.reload();
    expect(newer?.state.value.data?.question).toBe("Newer?");
    expect(older?.state.value.data?.question).toBe("Older?");
  });

  test("a model names the address of its answer", async () => {
    answers = [makeAnswer({ id: "a1", status: "working" })];
    expect(await askModel("Why?", AT)).toBe("a1");
    await requestOf({ question: null, at: null, id: "a1" })?.reload();
    expect(calls).toEqual([
      { path: "/api/v1/ask/model", body: { question: "Why?", at: AT } },
      { path: "/api/v1/ask/a1", body: undefined },
    ]);
  });
});
