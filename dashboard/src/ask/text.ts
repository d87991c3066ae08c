/** Questions and answers in words, and where their parts lead. */

import { type Address, DAY_MS, daysWindow, MAX_CHOSEN, NO_FILTER, parseAddress } from "../address";
import type { Marker, SubjectFigures } from "../api";
import { scopeAddress } from "../components/subject_links";
import { scopeSubject } from "../format";
import type { Answer, AskedItem, Evidence, SaidSentence, Struck, Understood } from "./api";

const ALL = "all";
const API = "/api/v1/";
const NOTHING = { subject: null, subreddit: null, post: null, marker: null, ...NO_FILTER } as const;

/** Return the address of the view before anything is asked. */
export function newQuestion(): Partial<Address> {
  return { view: "ask", question: null, id: null, ...NOTHING };
}

/** Return the address of a question that hasn't been answered. */
export function questionAddress(question: string): Partial<Address> {
  return { ...newQuestion(), question };
}

type Named = Pick<SubjectFigures, "name" | "role">;

/** Return questions that can be answered, about the watchlist's own subjects. */
export function examplesOf(subjects: Named[], markers: Marker[], now: number): string[] {
  const [first, second] = bestKnown(subjects);
  const release = newestRelease(markers, now);
  const questions = [
    first && `How do people feel about ${first}?`,
    first && `What changed about ${first} this week?`,
    first && `Why did ${first} change this week?`,
    first && second && `Compare ${first} and ${second} in the last 30 days`,
    first && `Which posts about ${first} should I read?`,
    release && `Did ${release} help?`,
    "What do people say about pricing?",
    first ? null : "How do people feel this week?",
  ];
  return questions.filter((each) => typeof each === "string");
}

/** Return the names of an own subject and a competitor; where there are none, of other subjects. */
function bestKnown(subjects: Named[]): string[] {
  const first = subjects.find(({ role }) => role === "own") ?? subjects[0];
  const others = subjects.filter((each) => each !== first);
  const second = others.find(({ role }) => role === "competitor") ?? others[0];
  return [first, second].flatMap((each) => (each ? [each.name] : []));
}

function newestRelease(markers: Marker[], now: number): string | null {
  const past = markers.filter(({ kind, at }) => kind === "release" && Date.parse(at) < now);
  past.sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  return past[0]?.name ?? null;
}

/** Return the words of the question that were understood, as they stand in it. */
export function understoodWords(question: string, understood: Understood): string[] {
  const { scopes, span_words, search } = understood;
  const words = [...scopes.map((each) => each.words), span_words];
  return [
    ...words.flatMap((each) => asWritten(question, each)),
    ...searchedWords(question, search),
  ];
}

/** Return the words of the question that texts are searched for; a search may end with a star. */
function searchedWords(question: string, search: string | null): string[] {
  const terms = (search ?? "").toLowerCase().match(/[\p{L}\p{N}_'-]+\*?/gu) ?? [];
  const isSearched = (word: string) =>
    terms.some((term) => (term.endsWith("*") ? word.startsWith(term.slice(0, -1)) : word === term));
  const words = question.match(/[\p{L}\p{N}_'-]+/gu) ?? [];
  return words.filter((word) => isSearched(word.toLowerCase()));
}

/** Return the words as the question spells them; none where it doesn't have them. */
function asWritten(question: string, words: string): string[] {
  const sought = words.trim();
  const start = sought ? question.toLowerCase().indexOf(sought.toLowerCase()) : -1;
  return start < 0 ? [] : [question.slice(start, start + sought.length)];
}

/** Return whether a span is of whole days of UTC, which are the same in every zone. */
export function isOfDays({ start, end }: Pick<Understood, "start" | "end">): boolean {
  return [start, end].every((each) => each !== null && Date.parse(each) % DAY_MS === 0);
}

type Window = Pick<Address, "hours" | "from" | "to">;

/** Return the days of a span as a window of the page; null: there is none, or it is too long. */
export function spanWindow({ start, end }: Pick<Understood, "start" | "end">): Window | null {
  if (!start || !end) return null;
  const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
  return daysWindow(dayOf(Date.parse(start)), dayOf(Date.parse(end) - 1));
}

/** Return the address of the view of a scope in the days of the span. */
export function scopeView(scope: string, understood: Understood): Partial<Address> {
  const view = scopeSubject(scope) === null ? "communities" : "subjects";
  return { ...NOTHING, view, ...scopeIn(scope), ...spanWindow(understood) };
}

/**
 * Return where the span leads: the items of the scope in exactly this time, or the comparison of
 * several over its days; null: there is no span.
 */
export function spanView(understood: Understood): Partial<Address> | null {
  const { scopes, start, end } = understood;
  if (!start || !end) return null;
  if (oneScope(understood)) return { ...itemsOf(understood), start, end };
  const compare = scopes.slice(0, MAX_CHOSEN).map(({ scope }) => scope);
  return { ...NOTHING, view: "compare", compare, ...spanWindow(understood) };
}

/** Return the address of the texts that were searched for the words. */
export function searchView(understood: Understood): Partial<Address> {
  const { start, end, search } = understood;
  return { ...itemsOf(understood), start, end, q: search };
}

/** Return the address of the items of the scope; of several, those of all. */
function itemsOf(understood: Understood): Partial<Address> {
  return { ...NOTHING, view: "posts", kind: "items", ...oneScope(understood) };
}

/**
 * Return the scope as part of an address: all, one, or a subject within a community; null: there are
 * several.
 */
function oneScope({ intent, scopes }: Understood): Pick<Address, "subject" | "subreddit"> | null {
  const parts = scopes.map(({ scope }) => scopeIn(scope));
  const [subjects, communities] = [
    parts.flatMap(({ subject }) => subject ?? []),
    parts.flatMap(({ subreddit }) => subreddit ?? []),
  ];
  const isOne = subjects.length < 2 && communities.length < 2;
  const isCompared = intent === "comparison" && scopes.length > 1;
  if (!isOne || isCompared) return null;
  return { subject: subjects[0] ?? null, subreddit: communities[0] ?? null };
}

/** Return a scope as part of an address; all is no community. */
function scopeIn(scope: string): Pick<Address, "subject" | "subreddit"> {
  return scope === ALL ? { subject: null, subreddit: null } : scopeAddress(scope);
}

/** Return the whole address of a view that an answer names; null: it names none. */
export function pageOf({ page }: Pick<Evidence, "page">): Address | null {
  return page === null ? null : parseAddress(page);
}

/** Return whether a request of the evidence is one of this API: anything else is no link. */
export function isOfApi({ request }: Pick<Evidence, "request">): boolean {
  return request.startsWith(API);
}

/** Return the address of an item's post. */
export function postView({ community, post_id }: AskedItem): Partial<Address> {
  return { ...NOTHING, view: "posts", post: `${community}/${post_id}` };
}

export interface NumberedItem {
  /** The number of its evidence and its place in it: "2.1". */
  number: string;
  item: AskedItem;
}

/** Return the items of an answer with their numbers, in the order of the evidence. */
export function numberItems({
  evidence,
  items,
}: Pick<Answer, "evidence" | "items">): NumberedItem[] {
  return evidence.flatMap(({ number }) =>
    items
      .filter((item) => item.evidence === number)
      .map((item, place) => ({ number: `${number}.${place + 1}`, item })),
  );
}

/** What a sentence rests on: the number that its link leads to, and the last one of several. */
export interface Cite {
  first: string;
  last: string;
}

/** Three items in a row have one link. */
const MIN_RUN = 3;

/** Return what a sentence rests on: evidence of which it cites no item, then items. */
export function citesOf({ evidence, items }: SaidSentence, numbered: NumberedItem[]): Cite[] {
  const isCited = numbered.map(({ item }) => items.includes(item.id));
  const cited = numbered.filter((_, place) => isCited[place]);
  const whole = evidence.filter((each) => !cited.some(({ item }) => item.evidence === each));
  const runs: string[][] = [];
  for (const [place, { number, item }] of numbered.entries()) {
    if (!isCited[place]) continue;
    const isNext = isCited[place - 1] && numbered[place - 1]?.item.evidence === item.evidence;
    if (isNext) runs.at(-1)?.push(number);
    else runs.push([number]);
  }
  const links = runs.flatMap((run) => (run.length < MIN_RUN ? run.map((each) => [each]) : [run]));
  return [...whole.map((each) => [String(each)]), ...links].map((each) => ({
    first: each[0] ?? "",
    last: each.at(-1) ?? "",
  }));
}

const STRUCK: Record<Struck["what"], string> = {
  figure: "A figure",
  quote: "A quote",
  link: "A link",
  sentence: "A sentence",
};

/** Return what was struck and why: "A figure: it isn't in the evidence". */
export function struckText({ what, why }: Struck): string {
  return `${STRUCK[what]}: ${why}`;
}

/** Return what a screen reader hears when the state of the answer changes. */
export function announcement(answer: Pick<Answer, "status" | "answer" | "understood">): string {
  const { status, answer: sentences, understood } = answer;
  if (status === "working") return "The model works on it.";
  const isAnswered = status === "answered" && sentences.length > 0;
  return `${isAnswered ? "Answered" : "Not answered"}: ${understood.sentence}`;
}
