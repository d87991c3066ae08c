import { describe, expect, test } from "vitest";
import { firstMark, splitByMark, splitMarked } from "../src/components/marks";
import { excerptAt } from "../src/posts/excerpt";

describe("the words that name a subject are marked", () => {
  test.each([
    ["I like Cursor.", ["Cursor"], ["I like ", "Cursor", "."]],
    ["Cursor, Cursor", ["Cursor"], ["", "Cursor", ", ", "Cursor", ""]],
    [
      "Claude Code beats Claude",
      ["Claude", "Claude Code"],
      ["", "Claude Code", " beats ", "Claude", ""],
    ],
    ["claude\n  code", ["claude code"], ["", "claude\n  code", ""]],
    ["v0.dev and v0", ["v0"], ["", "v0", ".dev and ", "v0", ""]],
    ["C++ (really)", ["C++"], ["", "C++", " (really)"]],
    ["我用 Cursor 写", ["Cursor"], ["我用 ", "Cursor", " 写"]],
  ])("%s", (text, words, parts) => {
    expect(splitMarked(text, words)).toEqual(parts);
  });
});

test.each([
  ["Zedd made a remix", ["Zed"]],
  ["in lower case: cursor", ["Cursor"]],
  ["no words", []],
  ["blank words", ["", " "]],
  ["", ["Cursor"]],
])("nothing else is marked: %s", (text, words) => {
  expect(splitMarked(text, words)).toEqual([text]);
  expect(firstMark(text, words)).toBeNull();
});

test("the words that decided a label are marked beside the names", () => {
  const parts = splitByMark("Cursor is great, not Bard: great", ["Cursor"], ["great", "Cursor"]);
  expect(parts.map(({ text, mark }) => [text, mark])).toEqual([
    ["Cursor", "name"],
    [" is ", null],
    ["great", "deciding"],
    [", not Bard: ", null],
    ["great", "deciding"],
  ]);
  expect(splitByMark("no marks", [], [])).toEqual([{ text: "no marks", mark: null }]);
  expect(splitByMark("", ["a"], ["b"])).toEqual([]);
});

test("words with signs of patterns are no patterns", () => {
  for (const word of [".*", "(a+)+$", "[z-a]", "\\", "a|b", "{1}", "?", "^", "a/b", "a-b"]) {
    expect(splitMarked(`x ${word} y`, [word])).toEqual(["x ", word, " y"]);
    expect(splitMarked("xyz", [word])).toEqual(["xyz"]);
  }
});

test("an excerpt begins before the first mark", () => {
  const text = `${"Before it there are many words. ".repeat(20)}Then Cursor comes.`;
  const place = firstMark(text, ["Cursor"]);
  const shown = excerptAt(text, place);
  expect(shown.startsWith("…")).toBe(true);
  expect(shown.indexOf("Cursor")).toBeLessThan(45);
  expect(excerptAt("Cursor first", 0)).toBe("Cursor first");
  expect(excerptAt("no mark", null)).toBe("no mark");
});
