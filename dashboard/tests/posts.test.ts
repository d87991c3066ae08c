import { describe, expect, test } from "vitest";
import { parseAddress } from "../src/address";
import type { Post } from "../src/api";
import { parseBlocks } from "../src/components/text_blocks";
import { excerpt } from "../src/posts/excerpt";
import { heading, isFiltered, listPath, noun, searchedSpan } from "../src/posts/filter";
import { isExternal, originalLink } from "../src/posts/links";
import { flattenThread } from "../src/posts/thread";
import { visibleTitle } from "../src/posts/title";
import { makeComment, makePost } from "./builders";

describe("the list's address at the API", () => {
  const pathOf = (query: string) => listPath(parseAddress(query), { limit: 50 });

  test("asks for posts, or for items when comments are listed", () => {
    expect(pathOf("")).toBe("/api/v1/posts/recent?hours=24&limit=50");
    expect(pathOf("?kind=items")).toBe("/api/v1/items?hours=24&limit=50");
    expect(pathOf("?kind=comments")).toBe("/api/v1/items?hours=24&kind=comment&limit=50");
  });

  test("asks for a subject's mentions, of all kinds unless one is chosen", () => {
    expect(pathOf("?view=posts&subject=cursor")).toBe(
      "/api/v1/subjects/cursor/mentions?hours=24&limit=50",
    );
    expect(pathOf("?subject=cursor&kind=items")).toBe(pathOf("?subject=cursor"));
    expect(pathOf("?subject=cursor&kind=posts&via=text&sort=score")).toBe(
      "/api/v1/subjects/cursor/mentions?hours=24&via=text&sort=score&kind=post&limit=50",
    );
    expect(pathOf("?subject=a/../b&kind=comments")).toBe(
      "/api/v1/subjects/a%2F..%2Fb/mentions?hours=24&kind=comment&limit=50",
    );
  });

  test("asks for every list in its order; only mentions have the newest 500 by score", () => {
    expect(pathOf("?view=posts&sort=most_negative")).toBe(
      "/api/v1/posts/recent?hours=24&sort=most_negative&limit=50",
    );
    expect(pathOf("?view=posts&kind=items&sort=influence")).toBe(
      "/api/v1/items?hours=24&sort=influence&limit=50",
    );
    expect(pathOf("?view=posts&subject=cursor&sort=reach")).toBe(
      "/api/v1/subjects/cursor/mentions?hours=24&sort=reach&limit=50",
    );
    expect(pathOf("?view=posts&said=t1&subreddit=claude&sort=score")).toBe(
      "/api/v1/items?subreddit=claude&hours=24&topic=t1&sort=reach&limit=50",
    );
  });

  test("asks for the days of the window, or for a span within them", () => {
    const days = "?from=2026-11-18&to=2026-11-20";
    expect(pathOf(days)).toBe("/api/v1/posts/recent?start=2026-11-18&end=2026-11-21&limit=50");
    expect(pathOf(`${days}&start=2026-11-19T10:00:00Z`)).toBe(
      "/api/v1/posts/recent?start=2026-11-19T10%3A00%3A00Z&limit=50",
    );
    expect(searchedSpan(parseAddress(days))).toBe("Wed 18 Nov – Fri 20 Nov");
  });

  test("asks for the posts of a topic that mention a subject", () => {
    expect(pathOf("?subject=cursor&topic=t1")).toBe(
      "/api/v1/posts/recent?subject=cursor&hours=24&topic=t1&limit=50",
    );
  });

  test("asks for exactly what is said of a topic of a scope", () => {
    expect(pathOf("?subject=cursor&said=rate-limit&hours=168")).toBe(
      "/api/v1/items?subject=cursor&hours=168&topic=rate-limit&limit=50",
    );
    expect(pathOf("?subreddit=aws&said=t1&kind=comments&sentiment=negative")).toBe(
      "/api/v1/items?subreddit=aws&hours=24&sentiment=negative&topic=t1&kind=comment&limit=50",
    );
    expect(pathOf("?subreddit=aws&said=t1&kind=posts")).toContain("&kind=post&");
    expect(pathOf("?subject=cursor&said=t1&from=2026-11-18&to=2026-11-20")).toBe(
      "/api/v1/items?subject=cursor&start=2026-11-18&end=2026-11-21&topic=t1&limit=50",
    );
  });

  test("asks for a topic's posts as they were then, whatever the span", () => {
    const query = "?topic=t1&at=2026-01-05T10:00:00Z&start=2026-01-01T00:00:00Z&kind=items";
    const { pathname, searchParams } = new URL(pathOf(query), "http://127.0.0.1");
    expect(pathname).toBe("/api/v1/posts/recent");
    expect(searchParams.get("at")).toBe("2026-01-05T10:00:00Z");
    expect(searchParams.has("start")).toBe(false);
  });
});

test("window and community are no filter, words and spans are", () => {
  expect(isFiltered(parseAddress("?hours=168&subreddit=python&kind=items"))).toBe(false);
  expect(isFiltered(parseAddress("?q=x"))).toBe(true);
  expect(isFiltered(parseAddress("?end=2026-01-05T10:00:00Z"))).toBe(true);
});

test("what was searched is the topic, the span or the window", () => {
  expect(searchedSpan(parseAddress("?topic=t1&hours=168"))).toBe("the topic");
  expect(searchedSpan(parseAddress("?hours=168"))).toBe("the last 7 days");
  expect(searchedSpan(parseAddress("?start=2026-01-05T10:00:00Z"))).toMatch(/^since Mon/);
});

describe("a title", () => {
  test.each(["Hello", "😀", " ا "])("that can be seen stays: %j", (title) => {
    expect(visibleTitle({ title })).toBe(title);
  });

  test.each(["", "   ", "\u200b\u200e", "\u00a0\n\t", null])("%j has a stand-in", (title) => {
    expect(visibleTitle({ title })).toBe("(no title)");
  });
});

describe("the link to a post at its source", () => {
  const linkOf = (given: Partial<Post>) => originalLink(makePost(1, given));

  test("leads to Reddit, whatever a permalink says", () => {
    const permalink = "https://www.reddit.com/r/a/comments/p1/x/";
    expect(linkOf({ source: "reddit", permalink })).toEqual({
      text: "Open on Reddit",
      href: permalink,
    });
    for (const other of ["https://evil.example/", "javascript:alert(1)", ""]) {
      const link = linkOf({ source: "reddit", permalink: other });
      expect(link?.href).toBe("https://www.reddit.com/comments/p1/");
    }
  });

  test("of another source is its permalink", () => {
    const permalink = "https://desk.example/tickets/1";
    expect(linkOf({ source: "push", permalink })).toEqual({
      text: "Open at its source",
      href: permalink,
    });
  });

  test.each([
    ["hackernews", "Open at Hacker News"],
    ["discourse", "Open in the forum"],
    ["github", "Open at GitHub"],
  ] as const)("names the place where people know it: %s", (source, text) => {
    const permalink = "https://there.example/1";
    expect(linkOf({ source, permalink })).toEqual({ text, href: permalink });
  });

  test("of an archive of Reddit leads to Reddit", () => {
    for (const permalink of ["https://evil.example/", ""]) {
      expect(linkOf({ source: "arctic_shift", permalink })).toEqual({
        text: "Open on Reddit",
        href: "https://www.reddit.com/comments/p1/",
      });
    }
  });

  test.each(["", "javascript:alert(1)", "//desk.example/1", "https:", "tickets/1"])(
    "of another source is missing where it is no address: %j",
    (permalink) => {
      expect(linkOf({ source: "push", permalink })).toBeNull();
    },
  );
});

describe("what a post links to", () => {
  const isLinked = (source: Post["source"], url: string, permalink = "") =>
    isExternal(makePost(1, { source, url, permalink }));

  test("is no page of Reddit for a post of Reddit", () => {
    expect(isLinked("reddit", "https://old.reddit.com/r/a/")).toBe(false);
    expect(isLinked("reddit", "https://notreddit.com/")).toBe(true);
    expect(isLinked("push", "https://old.reddit.com/r/a/")).toBe(true);
  });

  test("is another page than the post", () => {
    const here = "https://desk.example/1";
    expect(isLinked("push", here, here)).toBe(false);
    expect(isLinked("push", "https://desk.example/2", here)).toBe(true);
  });
});

test("an excerpt has no marks at the beginning of lines, and an end", () => {
  expect(excerpt("> quoted\n## heading\n```js\ncode")).toBe("quoted\nheading\ncode");
  expect(excerpt("x".repeat(5000))).toHaveLength(420);
});

describe("the blocks of a text", () => {
  const blocksOf = (text: string) => parseBlocks(text).map(({ kind, lines }) => [kind, lines]);

  test("are paragraphs, quotes and code", () => {
    expect(blocksOf("one\n> two\n    three\n```\nfour\n```\nfive")).toEqual([
      ["text", ["one"]],
      ["quote", ["two"]],
      ["code", ["    three", "four"]],
      ["text", ["five"]],
    ]);
  });

  test("leave a spoiler and HTML as text", () => {
    expect(blocksOf(">!spoiler!<\n<b>bold</b>")).toEqual([
      ["text", [">!spoiler!<", "<b>bold</b>"]],
    ]);
  });

  test("of an unclosed fence go to the end", () => {
    expect(blocksOf("```\n> a\nb")).toEqual([["code", ["> a", "b"]]]);
  });

  test("are none where there are no words", () => {
    expect(blocksOf("")).toEqual([]);
    expect(blocksOf(" \n\n```\n```")).toEqual([]);
  });
});

describe("a thread", () => {
  const order = (...pairs: [string, string][]) =>
    flattenThread(pairs.map(([id, parent]) => makeComment(id, parent))).map(
      ({ comment, depth }) => `${comment.id}${depth}`,
    );

  test("has answers below what they answer, in their order", () => {
    const pairs: [string, string][] = [
      ["a", "post"],
      ["b", "post"],
      ["c", "a"],
      ["d", "c"],
      ["e", "a"],
    ];
    expect(order(...pairs)).toEqual(["a0", "c1", "d2", "e1", "b0"]);
  });

  test("keeps an answer whose question is gone", () => {
    expect(order(["a", "gone"], ["b", "a"])).toEqual(["a0", "b1"]);
  });

  test("of a comment with its post's id has what answers the post at the top", () => {
    expect(order(["post", "post"], ["a", "post"])).toEqual(["post0", "a0"]);
  });

  test("may be as deep as people answer", () => {
    const pairs = Array.from({ length: 20_000 }, (_, at): [string, string] => [
      `c${at}`,
      at ? `c${at - 1}` : "post",
    ]);
    expect(order(...pairs)).toHaveLength(20_000);
  });
});

test("a list of mentions is called so", () => {
  const mentions = parseAddress("?view=posts&subject=cursor");
  expect(heading(mentions, "Cursor")).toBe("Mentions of Cursor");
  expect(heading(mentions, null)).toBe("Mentions of cursor");
  expect(noun(mentions)).toBe("mention");
  expect(noun(parseAddress("?subject=cursor&kind=comments"))).toBe("comment");
  expect(heading(parseAddress("?subject=cursor&topic=t1"), "Cursor")).toBe("Posts");
  expect(isFiltered(parseAddress("?subject=cursor&sort=score"))).toBe(false);
  expect(isFiltered(parseAddress("?subject=cursor&via=home"))).toBe(true);
});
