/** The API: its types, its addresses, and fetching from it. */

import type { components, operations } from "./schema";

type Schemas = components["schemas"];
export type Comparison = Schemas["Comparison"];
export type ComparedScope = Schemas["ComparedScope"];
export type Change = Schemas["Change"];
export type MentionTotals = Schemas["MentionTotals"];
export type MentionChange = Schemas["MentionChange"];
export type TimeWindow = Schemas["TimeWindow"];
/** The time that a span is compared with. */
export type Baseline = Schemas["Baseline"];
export type Step = Schemas["TrendPoint"];
export type Totals = Schemas["Totals"];
export type Post = Schemas["PostAnswer"];
export type Item = Schemas["ItemAnswer"];
export type PostDetail = Schemas["PostDetail"];
export type Comment = Schemas["CommentAnswer"];
export type Subjects = Schemas["SubjectsAnswer"];
export type SubjectFigures = Schemas["SubjectFigures"];
export type SubjectCard = Schemas["SubjectCard"];
export type SubjectPoint = Schemas["SubjectPoint"];
export type ShareOfVoice = Schemas["ShareOfVoice"];
export type VoiceFigures = Omit<ShareOfVoice["subjects"][number], "id" | "name" | "role">;
export type Mention = Schemas["MentionAnswer"];
export type Trends = Schemas["SentimentTrends"];
/** How an item is about a subject: it names it, it stands in its thread, or in its home community. */
export type Via = Mention["via"];
type MentionsQuery = NonNullable<operations["subject_mentions"]["parameters"]["query"]>;
/** An order of a list of mentions other than newest first; other lists have no `score`. */
export type Order = Exclude<NonNullable<MentionsQuery["sort"]>, "newest">;
/** A kind of talk, such as problem or question. */
export type Talk = NonNullable<Post["kinds"]>[number];
export type KindsOfWindow = NonNullable<SubjectCard["kinds"]>;
export type Stats = Schemas["Stats"];
export type Role = SubjectFigures["role"];
export type Topic = Schemas["TopicAnswer"];
/** What is said more in a scope and a window than before. */
export type ScopeTopics = Schemas["ScopeTopics"];
export type ScopeTopic = Schemas["ScopeTopic"];
export type Cycle = Schemas["CycleAnswer"];
export type Backfill = Schemas["BackfillState"];
export type RequestedCollection = Schemas["Triggered"];
export type Health = Schemas["Health"];
/** The health that who may not read is shown. */
export type LeastHealth = Pick<Health, "status">;
export type Communities = Schemas["Subreddits"];
export type WatchedCommunities = Schemas["WatchedCommunities"];
/** How far the stored items are matched by changed rules of the watchlist. */
export type Rematch = Schemas["RematchState"];
export type Coverage = Schemas["CoverageAnswer"];
export type Marker = Schemas["MarkerAnswer"];
export type Markers = Schemas["MarkersAnswer"];
/** What changed from before a marker to after it. */
export type MarkerEffect = Schemas["MarkerEffect"];
/** The explanation of a change, with its evidence. */
export type Explanation = Schemas["Explanation"];
export type Contribution = Schemas["ContributionAnswer"];
export type QuotedSentence = Schemas["QuotedSentence"];
export type CitedItem = Schemas["ExplainedItem"];
/** A day or a week of subjects. */
export type Digest = Schemas["Digest"];
export type DigestSubject = Schemas["DigestSubject"];
export type DigestReason = Schemas["DigestReason"];
export type Outage = Schemas["SourceHealth"];
export type LabelCounts = Schemas["LabelCounts"];
export type Label = Post["sentiment"]["label"];
export type Granularity = NonNullable<Comparison["granularity"]>;
/** What a list shows. */
export type Kind = "posts" | "items" | "comments";
/** What isn't given stays as it is. */
export type CorrectionBody = Partial<Schemas["CorrectionBody"]>;
export type BadParameter = Schemas["BadParameter"];
type Problem = Partial<Schemas["Problem"] & Schemas["Conflict"]>;

const BASE = "/api/v1";
/** How the API names a subject among scopes: PREFIX in shared/stats/subjects.py. */
export const SUBJECT_PREFIX = "subject:";
/** The largest number of communities in one comparison: MAX_COMPARED in api/schema/parameters.py. */
export const MAX_COMPARED = 10;
/** The problem type of a bad setting: BAD_SETTING in api/schema/base.py. */
const BAD_SETTING = "urn:undertone:bad-setting";
/** What a refused request lacks, by the type of its problem: api/schema/problems.py. */
const LACKS: Record<string, "key" | "sign-in"> = {
  "urn:undertone:needs-key": "key",
  "urn:undertone:needs-sign-in": "sign-in",
};
const TIMEOUT_MS = 20_000;
/** Request Timeout, Too Many Requests. */
const TRANSIENT_STATUSES = new Set([408, 429]);

/** A subject by its id, or a community. */
export type TopicScope = { subject: string } | { community: string };

type Query = Record<string, string | number | null | undefined>;

export function apiPath(endpoint: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value != null && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return BASE + endpoint + (text && `?${text}`);
}

export const HEALTH = apiPath("/health");
export const CYCLES = apiPath("/cycles", { limit: 20 });
export const COMMUNITIES = apiPath("/subreddits");
export const WATCHED = apiPath("/communities");
export const MARKERS = apiPath("/markers");

/** Return the address of the trending topics, of all posts or of those that mention a subject. */
export function trendingPath(subject: string | null): string {
  return apiPath("/trending", { limit: 20, subject });
}

/** Return the address of what is said more in a subject or a community than before. */
export function topicsPath(scope: TopicScope, span: Span): string {
  return apiPath("/topics", { ...scope, ...span });
}

/** Return the address of a digest. */
export function digestPath(query: Query): string {
  return apiPath("/digest", query);
}

/** Windows of figures end at the last collection. */
const until = "collected";

/** A window of the API: the last hours, or the time from a start to an end. */
export type Span = { hours: number } | { start: string; end: string };

/** Return a window to compare: a short one with the same weekdays and hours a week earlier. */
export function comparedSpan(span: Span): Query {
  return "hours" in span ? { ...span, baseline: "rhythm" } : span;
}

/** Return the address of a comparison of scopes: communities, "all", or subject:ID. */
export function comparisonPath(
  scopes: string[],
  span: Span,
  granularity: Granularity | "auto",
): string {
  return apiPath("/sentiment/compare", {
    ...scopeQuery(scopes),
    ...comparedSpan(span),
    until,
    granularity,
  });
}

/**
 * Return the address of the figures of scopes in a span of full hours, and of their changes.
 *
 * The API chooses the time that a span is compared with, or it is the one just before.
 */
export function spanPath(
  scopes: string[],
  { start, end }: TimeWindow,
  baseline: "before" | null = null,
): string {
  return apiPath("/sentiment/compare", { ...scopeQuery(scopes), start, end, until, baseline });
}

function scopeQuery(scopes: string[]): Query {
  const isMixed = scopes.some((each) => each.startsWith(SUBJECT_PREFIX));
  return { [isMixed ? "scopes" : "subreddits"]: scopes.join(",") };
}

export function subjectsPath(span: Span): string {
  return apiPath("/subjects", { ...comparedSpan(span), until });
}

/** Return the address of one subject, or of something of it, such as "/mentions". */
export function subjectPath(subject: string, query: Query, part = ""): string {
  return apiPath(`/subjects/${encodeURIComponent(subject)}${part}`, query);
}

/** Return the address of what changed from before a marker to after it. */
export function markerEffectPath(id: string): string {
  return apiPath(`/markers/${encodeURIComponent(id)}/effect`);
}

/** Return the address of what made the change of a scope: all, subject:ID, or a community. */
export function explainPath(scope: string, span: Span, format?: "markdown"): string {
  return apiPath("/explain", { scope, ...comparedSpan(span), format });
}

export function shareOfVoicePath(subjects: string[], span: Span, home: "exclude" | null): string {
  return apiPath("/share-of-voice", {
    subjects: subjects.join(","),
    ...comparedSpan(span),
    until,
    home,
  });
}

/** The error of a request; status 0: there was no response. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly retrySeconds: number | null = null,
    readonly cycle: string | null = null,
    readonly isBadSetting = false,
    readonly refused: BadParameter[] = [],
    /** What the request lacks, where the app says so. */
    readonly lacks: "key" | "sign-in" | null = null,
  ) {
    super(message);
  }

  /** Whether the same request may succeed later. */
  get isTransient(): boolean {
    return this.status === 0 || this.status >= 500 || TRANSIENT_STATUSES.has(this.status);
  }
}

export interface ApiResponse<T> {
  data: T;
  /** The address of the next page; null on the last one. */
  next: string | null;
  etag: string;
}

/** Fetch and parse JSON. Throws ApiError. */
export async function fetchJson<T>(
  address: string,
  init: RequestInit = {},
): Promise<ApiResponse<T>> {
  let response: Response;
  try {
    response = await fetch(address, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new ApiError(0, "The server doesn't answer.");
  }
  if (response.ok || isHealth(address, response)) {
    try {
      const data = (await response.json()) as T;
      const next = nextPage(response.headers.get("Link"));
      return { data, next, etag: response.headers.get("ETag") ?? "" };
    } catch {
      throw new ApiError(0, "The answer was cut short.");
    }
  }
  throw await readError(response);
}

/** A page of the watched communities, in either form. */
export interface CommunityPage {
  communities?: string[];
  subreddits?: string[];
  details: unknown[];
}

/** More communities than these aren't listed: choosing among them needs a search. */
const MAX_COMMUNITY_PAGES = 5;

/** Return the first page with what the pages after it list. Throws ApiError. */
export async function withPages<T extends CommunityPage>(
  first: ApiResponse<T>,
  load: (address: string) => Promise<ApiResponse<T>>,
): Promise<T> {
  const pages = [first];
  for (let { next } = first; next && pages.length < MAX_COMMUNITY_PAGES; ) {
    const page: ApiResponse<T> = await load(next);
    pages.push(page);
    next = page.next;
  }
  const whole = { ...first.data, details: pages.flatMap(({ data }) => data.details) };
  for (const name of ["communities", "subreddits"] as const) {
    if (first.data[name]) whole[name] = pages.flatMap(({ data }) => data[name] ?? []);
  }
  return whole;
}

export interface TextResponse extends Omit<ApiResponse<string>, "etag"> {
  /** The name of the file. */
  name: string;
}

/** Fetch a file. Throws ApiError. */
export async function fetchText(address: string): Promise<TextResponse> {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw await readError(response);
    const named = response.headers.get("Content-Disposition")?.match(/filename="([^"]+)"/)?.[1];
    const next = nextPage(response.headers.get("Link"));
    return { data: await response.text(), next, name: named ?? "undertone.csv" };
  } catch (error) {
    throw error instanceof ApiError ? error : new ApiError(0, "The server doesn't answer.");
  }
}

/** Return whether this is health's own answer: an unhealthy service reports itself with a 503. */
function isHealth(address: string, response: Response): boolean {
  const type = response.headers.get("Content-Type") ?? "";
  return address === HEALTH && response.status === 503 && type.startsWith("application/json");
}

export async function readError(response: Response): Promise<ApiError> {
  const problem: Problem = await response.json().catch(() => ({}));
  const refused = problem.errors?.map((each) => `${each.detail}; it takes ${each.takes}`);
  const text = refused?.length ? refused.join(". ") : problem.detail;
  const retry = Number(response.headers.get("Retry-After")) || null;
  const message = text ?? `The server answered ${response.status}.`;
  const isBadSetting = problem.type === BAD_SETTING;
  const { cycle = null, errors = [] } = problem;
  const lacks = LACKS[problem.type ?? ""] ?? null;
  return new ApiError(response.status, message, retry, cycle, isBadSetting, errors, lacks);
}

export function nextPage(link: string | null): string | null {
  return link?.match(/<([^>]+)>; rel="next"/)?.[1] ?? null;
}
