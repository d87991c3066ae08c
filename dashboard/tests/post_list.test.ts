import { describe, expect, test } from "vitest";
import {
  appendPage,
  appendRanked,
  EMPTY_LIST,
  mergeFirstPage,
  mergeRanked,
  type PostList,
  searchedUntil,
  showFresh,
} from "../src/posts/post_list";
import { makeItem, makePost } from "./builders";

const NEXT = "/api/v1/posts/recent?cursor=next";
const page = (...numbers: number[]) => numbers.map((number) => makePost(number));
const listOf = (...numbers: number[]): PostList => ({ ...EMPTY_LIST, posts: page(...numbers) });
const ids = (posts: { id: string }[]) => posts.map(({ id }) => id);

describe("a further page", () => {
  test("follows the others", () => {
    const list = appendPage({ ...listOf(4, 3), next: "/old" }, page(2, 1), NEXT);
    expect(ids(list.posts)).toEqual(["p4", "p3", "p2", "p1"]);
    expect(list.next).toBe(NEXT);
  });

  test("brings no post twice", () => {
    const list = appendPage(listOf(4, 3), page(3, 2), null);
    expect(ids(list.posts)).toEqual(["p4", "p3", "p2"]);
  });

  test("keeps the order where it reaches above the end", () => {
    expect(ids(appendPage(listOf(5, 2), page(4, 1), null).posts)).toEqual(["p5", "p4", "p2", "p1"]);
  });

  test("leaves what waits as it is", () => {
    const before = { ...listOf(2), fresh: page(3), gap: NEXT };
    expect(appendPage(before, page(1), null)).toMatchObject({ fresh: before.fresh, gap: NEXT });
  });
});

test("a post and a comment of one id are two items", () => {
  const [post, comment] = [makeItem(1, { kind: "post" }), makeItem(1)];
  const list = appendPage({ ...EMPTY_LIST, posts: [post] }, [comment], null);
  expect(list.posts).toHaveLength(2);
  expect(mergeFirstPage(list, [post], null).posts).toEqual([post]);
  expect(mergeFirstPage({ ...EMPTY_LIST, posts: [post] }, [post, comment], null).fresh).toEqual([
    comment,
  ]);
});

describe("the first page, loaded again", () => {
  test("is the list while there is none", () => {
    for (const before of [undefined, EMPTY_LIST]) {
      const list = mergeFirstPage(before, page(2, 1), NEXT);
      expect(list).toEqual({ ...EMPTY_LIST, posts: page(2, 1), next: NEXT });
    }
  });

  test("holds new posts back", () => {
    const list = mergeFirstPage(listOf(2, 1), page(4, 3, 2, 1), null);
    expect(ids(list.posts)).toEqual(["p2", "p1"]);
    expect(ids(list.fresh)).toEqual(["p4", "p3"]);
    expect(list.gap).toBeNull();
  });

  test("brings new figures to posts where they stand", () => {
    const list = mergeFirstPage(listOf(2, 1), [makePost(2, { upvotes: 9 }), makePost(1)], null);
    expect(list.posts[0]).toMatchObject({ id: "p2", upvotes: 9 });
  });

  test("drops posts that are gone, but none that a later page may hold", () => {
    const list = mergeFirstPage({ ...listOf(5, 4, 3, 2), next: NEXT }, page(5, 3), "/first-next");
    expect(ids(list.posts)).toEqual(["p5", "p3", "p2"]);
    expect(list.next).toBe(NEXT);
  });

  test("drops every post that it lacks when it is the only page", () => {
    expect(ids(mergeFirstPage(listOf(3, 2, 1), page(3), null).posts)).toEqual(["p3"]);
  });

  test("knows of a gap when it doesn't reach down to the list", () => {
    expect(mergeFirstPage(listOf(2, 1), page(9, 8), NEXT).gap).toBe(NEXT);
    expect(mergeFirstPage(listOf(2, 1), page(3, 2), NEXT).gap).toBeNull();
    expect(mergeFirstPage(listOf(2, 1), page(9, 8), null).gap).toBeNull();
  });
});

describe("fresh posts that are shown", () => {
  test("come first, each once", () => {
    const list = showFresh({ ...listOf(2, 1), next: NEXT, fresh: page(4, 3, 2) });
    expect(ids(list.posts)).toEqual(["p4", "p3", "p2", "p1"]);
    expect(list).toMatchObject({ next: NEXT, fresh: [], gap: null });
  });

  test("start the list over when posts are missing between", () => {
    const list = showFresh({ ...listOf(2, 1), next: "/old", fresh: page(9, 8), gap: NEXT });
    expect(ids(list.posts)).toEqual(["p9", "p8"]);
    expect(list).toMatchObject({ next: NEXT, fresh: [], gap: null });
  });
});

test("the cursor of the next page says how far a search has come", () => {
  const base = "http://127.0.0.1";
  const next = "/api/v1/posts/recent?q=x&cursor=2026-01-05T10:00:00Z_abc";
  expect(searchedUntil(next, base)).toBe("2026-01-05T10:00:00Z");
  expect(searchedUntil("/api/v1/posts/recent", base)).toBeNull();
  expect(searchedUntil(null, base)).toBeNull();
});

describe("a list by score", () => {
  test("keeps the order in which its pages come", () => {
    const list = appendRanked(listOf(2, 9), page(4, 2, 7), NEXT);
    expect(ids(list.posts)).toEqual(["p2", "p9", "p4", "p7"]);
    expect(list.next).toBe(NEXT);
  });

  test("takes the order of its reloaded first page, and holds nothing back", () => {
    const list = mergeRanked({ ...listOf(2, 9, 4, 7), next: "/third" }, page(9, 8), NEXT);
    expect(ids(list.posts)).toEqual(["p9", "p8", "p4", "p7"]);
    expect(list.next).toBe("/third");
    expect(list.fresh).toEqual([]);
  });

  test("that had one page is replaced", () => {
    expect(ids(mergeRanked(listOf(2, 9), page(9, 8), NEXT).posts)).toEqual(["p9", "p8"]);
    expect(ids(mergeRanked(undefined, page(1), null).posts)).toEqual(["p1"]);
  });

  test("says of no time that it was searched down to it", () => {
    const cursor = "/api/v1/x?cursor=12~2026-01-05T10:00:00Z_abc";
    expect(searchedUntil(cursor, "http://127.0.0.1")).toBeNull();
  });
});
