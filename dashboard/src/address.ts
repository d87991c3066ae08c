/** The address holds all state of the page, so that a link shows a colleague the same view. */

import type { Kind, Label, Order, Talk, Via } from "./api";

export type { Order } from "./api";

export const VIEWS = [
  "subjects",
  "ask",
  "digest",
  "communities",
  "compare",
  "trending",
  "posts",
  "collection",
  "watchlist",
  "alerts",
] as const;
export type View = (typeof VIEWS)[number];
export const PERIODS = ["week", "day"] as const;
export const WINDOWS = [24, 168, 720, 2160] as const;
export const KINDS = ["posts", "items", "comments"] as const satisfies Kind[];
export const LABELS = ["positive", "neutral", "negative"] as const satisfies Label[];
/** The orders of a list beside newest first; `score` is of mentions alone, and of the newest 500. */
export const ORDERS = [
  "reach",
  "most_negative",
  "most_positive",
  "influence",
  "score",
] as const satisfies Order[];
export const VIAS = ["text", "thread", "home"] as const satisfies Via[];
/** All kinds of talk, in the order of the page: the API's type says when one is missing. */
export const TALK = Object.keys({
  problem: true,
  outage: true,
  request: true,
  question: true,
  praise: true,
  price: true,
  switch: true,
  showcase: true,
  news: true,
  other: true,
} satisfies Record<Talk, true>) as Talk[];

export interface Address {
  view: View;
  /** The question that is answered, and the id of a model's answer; null: none. */
  question: string | null;
  id: string | null;
  /** The length of the window: one of WINDOWS, or that of the days of `from` and `to`. */
  hours: number;
  /** The first and the last day of a window of its own, in UTC; null: the last hours. */
  from: string | null;
  to: string | null;
  /** The chosen subject, by its id; null: all of them. */
  subject: string | null;
  /** The chosen community; null: all of them. People have kept links with this name. */
  subreddit: string | null;
  /** What is compared: communities, and subjects as subject:ID. */
  compare: string[];
  /** Whether share of voice leaves out the home communities of its subjects. */
  home: "exclude" | null;
  /** What is listed; null: posts, and of a subject posts and comments. */
  kind: Kind | null;
  sentiment: Label | null;
  /** The kind of talk; null: any. */
  talk: Talk | null;
  /** How the listed items are about the subject; null: in any way. */
  via: Via | null;
  /** The order of the list; null: newest first. */
  sort: Order | null;
  q: string | null;
  /** A span of time instead of the window: start inclusive, end exclusive. */
  start: string | null;
  end: string | null;
  topic: string | null;
  /** When the topic was trending; of a question, the time from which its words count. */
  at: string | null;
  /** What is said more in the scope and window than before: the id of a topic of these. */
  said: string | null;
  /** The open post: community/id. */
  post: string | null;
  /** The incident that is shown alone, by its id; null: all. */
  incident: string | null;
  /** The marker whose before and after is shown, by its id. */
  marker: string | null;
  /** The length of the digest's period, and the day with whose beginning it ends; null: the last. */
  period: (typeof PERIODS)[number];
  until: string | null;
  /** The time zone of the digest's days; null: UTC. */
  zone: string | null;
  /** The subjects of the digest; none: own ones and competitors. */
  set: string[];
}

/** The filters of the list, beside window, subject and community. */
export const NO_FILTER = {
  kind: null,
  sentiment: null,
  talk: null,
  via: null,
  sort: null,
  q: null,
  start: null,
  end: null,
  topic: null,
  at: null,
  said: null,
} satisfies Partial<Address>;
/** A window of its own replaces what limits a list to another time. */
export const NO_SPAN = {
  start: null,
  end: null,
  topic: null,
  at: null,
} satisfies Partial<Address>;
/** What only a question's address has. */
const NO_QUESTION = { question: null, id: null } satisfies Partial<Address>;
const DEFAULTS: Address = {
  view: "subjects",
  ...NO_QUESTION,
  hours: 24,
  from: null,
  to: null,
  subject: null,
  subreddit: null,
  compare: [],
  home: null,
  ...NO_FILTER,
  post: null,
  incident: null,
  marker: null,
  period: "week",
  until: null,
  zone: null,
  set: [],
};
/** What only the address of one view has. */
const OF_VIEWS = new Map<string, View>([
  ["question", "ask"],
  ["id", "ask"],
  ["period", "digest"],
  ["until", "digest"],
  ["zone", "digest"],
  ["set", "digest"],
]);
export const MAX_CHOSEN = 5;
/** Ids have the characters of ITEM_ID in api/schema/parameters.py; one of dots alone is a path. */
const POST = /^[^/]+\/[\w-][\w.-]*$/;
/** The largest number of characters of a question: MAX_QUESTION in api/schema/ask.py. */
export const MAX_QUESTION = 500;
/** The id of a model's answer. */
const ANSWER_ID = /^[\w-]{1,64}$/;
const DATE = /^\d{4}-\d\d-\d\d$/;
const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Lists have no more: MAX_HOURS in api/schema/values.py. */
export const MAX_DAYS = 90;
/** The communities were the page's first view, under this name. */
const FORMER_NAMES = new Map<string, View>([["overview", "communities"]]);

/** Return a day of the calendar; null: it is none. */
function dayIn(text: string | null): string | null {
  return text && isDay(text) ? text : null;
}

/** Return the view of an address that names none: old links to one community have no view. */
function impliedView({ subject, subreddit }: Pick<Address, "subject" | "subreddit">): View {
  return subreddit && !subject ? "communities" : DEFAULTS.view;
}

/** Return what makes the window the days from one to another; null: they are no such days. */
export function daysWindow(
  from: string | null,
  to: string | null,
): Pick<Address, "hours" | "from" | "to"> | null {
  if (!from || !to || !isDay(from) || !isDay(to)) return null;
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return days >= 1 && days <= MAX_DAYS ? { hours: 24 * days, from, to } : null;
}

/** Return whether it is a day of the calendar: browsers read 31 November as 1 December. */
function isDay(text: string): boolean {
  return DATE.test(text) && new Date(Date.parse(text) || 0).toISOString().startsWith(text);
}

/**
 * Return what shows about this many hours up to the end of a window; null: no window is so long.
 *
 * It is one of the last hours, or days in UTC, of which the last one may not be over.
 */
export function spanAddress(
  hours: number,
  end: string,
  { from }: Pick<Address, "from">,
): Pick<Address, "hours" | "from" | "to"> | null {
  if (!from && WINDOWS.some((each) => each === hours)) return { hours, from: null, to: null };
  const last = Date.parse(end);
  const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
  return daysWindow(dayOf(last - hours * HOUR_MS), dayOf(last - 1));
}

/** Return the beginning of the day after this one. */
export function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10);
}

/** Parse an address. Invalid values are left out. */
export function parseAddress(search: string): Address {
  const query = new URLSearchParams(search);
  const one = <T>(name: string, known: readonly T[], otherwise: T): T =>
    known.find((each) => String(each) === query.get(name)) ?? otherwise;
  const time = (name: string) => {
    const text = query.get(name);
    // As in the API, a time without a zone is in UTC.
    const zoned = text && /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`;
    return Number.isNaN(Date.parse(zoned)) ? null : zoned;
  };
  const names = (query.get("compare") ?? "").split(",").filter(Boolean);
  const scope = {
    subject: query.get("subject") || null,
    subreddit: query.get("subreddit") || null,
  };
  const former = FORMER_NAMES.get(query.get("view") ?? "");
  return {
    view: former ?? one("view", VIEWS, impliedView(scope)),
    question: query.get("question")?.trim().slice(0, MAX_QUESTION) || null,
    id: ANSWER_ID.test(query.get("id") ?? "") ? query.get("id") : null,
    ...(daysWindow(query.get("from"), query.get("to")) ?? {
      hours: one<number>("hours", WINDOWS, DEFAULTS.hours),
      from: null,
      to: null,
    }),
    ...scope,
    compare: [...new Set(names)].slice(0, MAX_CHOSEN),
    home: one<"exclude" | null>("home", ["exclude"], null),
    kind: one<Kind | null>("kind", KINDS, null),
    sentiment: one<Label | null>("sentiment", LABELS, null),
    talk: one<Talk | null>("talk", TALK, null),
    via: one<Via | null>("via", VIAS, null),
    sort: one<Order | null>("sort", ORDERS, null),
    q: query.get("q")?.slice(0, 200) || null,
    start: time("start"),
    end: time("end"),
    topic: query.get("topic") || null,
    at: time("at"),
    said: query.get("said") || null,
    post: POST.test(query.get("post") ?? "") ? query.get("post") : null,
    incident: query.get("incident") || null,
    marker: query.get("marker") || null,
    period: one("period", PERIODS, DEFAULTS.period),
    until: dayIn(query.get("until")),
    zone: query.get("zone") || null,
    set: [...new Set((query.get("set") ?? "").split(",").filter(Boolean))],
  };
}

/** Format an address. Default values are left out. */
export function formatAddress(to: Address): string {
  const given = new URLSearchParams();
  const defaults: Address = { ...DEFAULTS, view: impliedView(to) };
  for (const [name, value] of Object.entries(to)) {
    const text = Array.isArray(value) ? value.join(",") : String(value ?? "");
    // The days of a window say how many hours it has, and other views have no period or question.
    const isSaid = (name === "hours" && to.from) || (OF_VIEWS.get(name) ?? to.view) !== to.view;
    if (text && !isSaid && value !== defaults[name as keyof Address]) given.set(name, text);
  }
  const text = given
    .toString()
    .replaceAll("%2C", ",")
    .replaceAll("%2F", "/")
    .replaceAll("%3A", ":");
  return text ? `/?${text}` : "/";
}
