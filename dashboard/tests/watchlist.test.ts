import { describe, expect, test } from "vitest";
import { ApiError } from "../src/api";
import type { Rule } from "../src/watchlist/api";
import { splitAtMarks } from "../src/watchlist/marks";
import { joinRefusals, readRefusals } from "../src/watchlist/refusals";
import {
  cleanRule,
  differences,
  EMPTY_TERM,
  isSameRule,
  ruleNamed,
  splitPhrases,
  suggestId,
} from "../src/watchlist/rule";

const CURSOR: Rule = {
  ...ruleNamed("Cursor"),
  exclude: ["mouse cursor"],
  context: ["IDE"],
  home: ["cursor"],
};

function refused(...errors: [parameter: string, detail: string][]): ApiError {
  const all = errors.map(([parameter, detail]) => ({ parameter, detail, takes: "" }));
  return new ApiError(422, "The watchlist was refused.", null, null, false, all);
}

describe("an id is suggested from a name", () => {
  test.each([
    ["GitHub Copilot", "github-copilot"],
    ["  v0 ", "v0"],
    ["Électron – 2.0!", "electron-2-0"],
    ["C++", "c"],
    ["クロード", "subject"],
    ["", ""],
    ["!!!", "subject"],
    ["x".repeat(200), "x".repeat(37)],
  ])("%j becomes %j", (name, id) => {
    expect(suggestId(name, [])).toBe(id);
  });

  test("that isn't taken", () => {
    expect(suggestId("Cursor", ["cursor"])).toBe("cursor-2");
    expect(suggestId("Cursor", ["cursor", "cursor-2"])).toBe("cursor-3");
  });
});

test("what is blank isn't sent", () => {
  const typed = { ...CURSOR, terms: [...CURSOR.terms, EMPTY_TERM], exclude: [" ", " a b "] };
  expect(cleanRule(typed)).toMatchObject({ terms: CURSOR.terms, exclude: ["a b"] });
  expect(isSameRule({ ...CURSOR, context: ["IDE", ""] }, CURSOR)).toBe(true);
});

test("differences are named as the page names the fields", () => {
  expect(differences(CURSOR, CURSOR)).toEqual([]);
  expect(differences({ ...CURSOR, name: "Cursor 2", exclude: [] }, CURSOR)).toEqual([
    "name",
    "exclusions",
  ]);
});

test("a pasted list is split at lines and commas", () => {
  expect(splitPhrases("mouse cursor\n cursor position,, database cursor;\n")).toEqual([
    "mouse cursor",
    "cursor position",
    "database cursor",
  ]);
  expect(splitPhrases("one phrase")).toEqual(["one phrase"]);
});

describe("a refusal stands at what it names", () => {
  test.each(["/terms/1/text", "terms[1].text", "terms.1.text"])("%s", (parameter) => {
    const blank = {
      ...CURSOR,
      terms: [EMPTY_TERM, ...CURSOR.terms, { ...EMPTY_TERM, text: "the" }],
    };
    const { entries, others } = readRefusals(refused([parameter, "'the' is a stop word"]), blank);
    expect([...entries.terms]).toEqual([[2, "'the' is a stop word"]]);
    expect(others).toEqual([]);
  });

  test("at the field, or at none", () => {
    const error = refused(
      ["/terms", "no term"],
      ["/id", "stands twice"],
      ["/subjects", "too many"],
    );
    const found = readRefusals(error, CURSOR);
    expect(found.fields).toEqual({ terms: "no term", id: "stands twice" });
    expect(found.others).toEqual(["too many"]);
  });

  test("without a list of errors, the message remains", () => {
    expect(readRefusals(new ApiError(403, "No."), CURSOR).others).toEqual(["No."]);
  });

  test("an outage refuses nothing", () => {
    const found = readRefusals(new ApiError(0, "The server doesn't answer."), CURSOR);
    expect(found.others).toEqual([]);
  });

  test("what is said twice is shown once", () => {
    const once = readRefusals(refused(["/terms/0/text", "no"], ["/x", "other"]), CURSOR);
    const both = joinRefusals(once, once);
    expect([...both.entries.terms]).toEqual([[0, "no"]]);
    expect(both.others).toEqual(["other"]);
  });
});

describe("marks count code points", () => {
  test.each<[string, [number, number][], string[]]>([
    ["I like Cursor.", [[7, 13]], ["I like ", "Cursor", "."]],
    ["😀👩‍👩‍👧 v0 <b>", [[7, 9]], ["😀👩‍👩‍👧 ", "v0", " <b>"]],
    [
      "a b",
      [
        [0, 1],
        [2, 3],
      ],
      ["", "a", " ", "b", ""],
    ],
    ["nothing", [], ["nothing"]],
  ])("%j %j", (text, marks, parts) => {
    expect(splitAtMarks(text, marks)).toEqual(parts);
  });
});
