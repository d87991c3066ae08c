/** Answers of the API, with what a test needs and nothing else. */

import type { Change, Comment, ComparedScope, Item, Post, Step, Totals } from "../src/api";
import type { Answer, Understood } from "../src/ask/api";

/** Return totals whose counts add up: what has no label of its own is neutral. */
export function makeTotals(given: Partial<Totals> = {}): Totals {
  const { total = 0, left_out = 0, positive = 0, negative = 0 } = given;
  return {
    total,
    positive,
    negative,
    neutral: total - left_out - positive - negative,
    avg_sentiment: total ? 0 : null,
    posts: total,
    comments: 0,
    left_out,
    copies: 0,
    corrected: 0,
    methods: total ? { vader: total } : {},
    mixed_methods: false,
    coverage: null,
    stderr: null,
    interval: null,
    few: total - left_out < 30,
    shares: null,
    ...given,
  };
}

export function makeStep(start: string, given: Partial<Totals> = {}): Step {
  return { start, ...makeTotals(given) };
}

export function makeChange(given: Partial<Change> = {}): Change {
  return {
    verdict: "no_clear_change",
    reason: null,
    hours: 24,
    statistics: makeTotals(),
    previous: makeTotals(),
    avg_sentiment: null,
    stderr: null,
    interval: null,
    by_thread: null,
    giant: null,
    behind: [],
    span_needed: null,
    ...given,
  };
}

export function makeCompared(given: Partial<ComparedScope> = {}): ComparedScope {
  const statistics = given.statistics ?? makeTotals();
  return {
    subreddit: "all",
    scope: "all",
    subject: null,
    rematching: false,
    statistics,
    previous: makeTotals(),
    difference: {} as ComparedScope["difference"],
    trend_data: null,
    change: null,
    coverage: null,
    ...given,
  };
}

/** Return a post; the number is both its id and its time: a larger one is newer. */
export function makePost(number: number, given: Partial<Post> = {}): Post {
  const created_utc = new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString();
  return { id: `p${number}`, created_utc, title: `Post ${number}`, ...given } as Post;
}

export function makeItem(number: number, given: Partial<Item> = {}): Item {
  return { ...makePost(number), kind: "comment", ...given } as Item;
}

/** Return a comment of the post with the id "post". */
export function makeComment(id: string, parent_id: string): Comment {
  return { id, parent_id, post_id: "post" } as Comment;
}

export function makeUnderstood(given: Partial<Understood> = {}): Understood {
  return {
    intent: "feeling",
    sentence: "How people feel",
    scopes: [],
    start: null,
    end: null,
    span_words: "",
    search: null,
    marker: null,
    ...given,
  };
}

export function makeAnswer(given: Partial<Answer> = {}): Answer {
  return {
    id: null,
    status: "answered",
    question: "How do people feel?",
    at: "2026-11-25T12:00:00Z",
    answered_by: "parser",
    has_model: false,
    understood: makeUnderstood(),
    answer: [],
    cannot: [],
    evidence: [],
    items: [],
    struck: [],
    steps: [],
    origin: "sample",
    timestamp: "2026-11-25T12:00:00Z",
    ...given,
  };
}
