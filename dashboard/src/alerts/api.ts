/** The part of the API that the view of alerts uses: its types, its requests, and what is stored. */

import { useEffect } from "preact/hooks";
import { apiPath, fetchJson } from "../api";
import { keyHeaders, withKey } from "../function_key";
import { ApiRequest, type RequestState, settle } from "../request";
import type { components } from "../schema";

type Schemas = components["schemas"];
export type Rule = Schemas["RuleAnswer"];
/** A rule, and what it is doing. */
export type ListedRule = Schemas["RuleWithStatus"];
export type Condition = Rule["condition"];
export type ConditionType = Condition["type"];
export type Channel = Rule["channels"][number];
export type ChannelType = Channel["type"];
export type IncidentSummary = Schemas["IncidentSummary"];
export type Incident = Schemas["IncidentAnswer"];
/** What a snooze silences. */
export type SnoozeOf = NonNullable<Schemas["SnoozeBody"]["of"]>;
export type CitedItem = Schemas["CitedAnswer"];
/** What a rule would have sent over the last days. */
export type Replay = Schemas["ReplayAnswer"];
type Rules = Schemas["RulesWithStatus"];
/** A state of the rules, and what was changed to get there. */
export type Revision = Schemas["RulesRevision"];

/** The rules, with the ETag that a change of them must name. */
interface Stored {
  rules: ListedRule[];
  etag: string;
}

const RULES = apiPath("/alerts/rules");
const HISTORY = apiPath("/alerts/rules/history", { limit: "10" });
const INCIDENTS = apiPath("/alerts/incidents", { limit: "50" });
const PRECONDITION_FAILED = 412;

/** They have addresses of people, so that a key is asked for. */
const rules = new ApiRequest<Stored>(async (store) => {
  const { data, etag } = await withKey("Show the rules", () =>
    fetchJson<Rules>(RULES, { cache: "no-cache", headers: keyHeaders() }),
  );
  store(() => ({ rules: data.rules, etag }));
}, true);

/** The incidents that were read, newest first; next is the address of older ones, or null. */
interface IncidentPages {
  list: IncidentSummary[];
  next: string | null;
}

const incidents = new ApiRequest<IncidentPages>(async (store) => {
  const page = await fetchIncidents(INCIDENTS);
  store(() => page);
}, true);

async function fetchIncidents(path: string): Promise<IncidentPages> {
  const { data, next } = await fetchJson<IncidentSummary[]>(path, { cache: "no-cache" });
  return { list: data, next };
}

/** Read the incidents before those that were read. */
export async function readOlder(next: string): Promise<void> {
  await incidents.extend(async (store) => {
    const page = await fetchIncidents(next);
    store((before) => ({ ...page, list: [...(before?.list ?? []), ...page.list] }));
  });
}

export function useRules(): RequestState<Stored> {
  useEffect(() => rules.watch(), []);
  return rules.state.value;
}

/** Return the newest changes of the rules, newest first. */
export async function fetchChanges(): Promise<Revision[]> {
  const { data } = await withKey("Show the changes", () =>
    fetchJson<Schemas["RulesHistory"]>(HISTORY, { cache: "no-cache", headers: keyHeaders() }),
  );
  return data.revisions;
}

export function useIncidents(): RequestState<IncidentPages> {
  useEffect(() => incidents.watch(), []);
  return incidents.state.value;
}

/**
 * Return an incident with what was known when, and what was sent.
 *
 * version: of the copy that is wanted; with one, the browser's own isn't taken.
 */
export async function fetchIncident(id: string, version: string): Promise<Incident> {
  const cache = version ? "no-cache" : "default";
  return (await fetchJson<Incident>(incidentPath(id), { cache })).data;
}

/** Store a rule, new or not. Throws ApiError: 412 if the rules have changed meanwhile. */
export function putRule(rule: Rule): Promise<void> {
  return change("Save", rulePath(rule.id), { method: "PUT", body: JSON.stringify(bodyOf(rule)) });
}

export function removeRule({ id }: Rule): Promise<void> {
  return change("Remove", rulePath(id), { method: "DELETE" });
}

/** Send a test message to each channel of a rule, and return the id of the test's incident. */
export async function sendTest({ id }: Rule): Promise<string> {
  const { incident } = await post<Schemas["SentTest"]>("Send a test", `${rulePath(id)}/test`);
  return incident;
}

/** Return what a stored rule would have sent over the last 30 days. */
export function tryRule({ id }: Rule): Promise<Replay> {
  return post<Replay>("Try", `${rulePath(id)}/try`, {});
}

export async function acknowledge(id: string): Promise<void> {
  await post("Acknowledge", `${incidentPath(id)}/acknowledge`);
  await incidents.reload();
}

export async function snooze(id: string, hours: number, of: SnoozeOf): Promise<void> {
  await post("Snooze", `${incidentPath(id)}/snooze`, { hours, of });
  await incidents.reload();
}

/** Return a rule without the properties of its condition that are none. */
function bodyOf({ condition, ...rule }: Rule): object {
  const given = Object.entries(condition).filter(([, value]) => value !== null);
  return { ...rule, condition: Object.fromEntries(given) };
}

async function change(action: string, path: string, init: RequestInit): Promise<void> {
  const etag = rules.state.peek().data?.etag ?? "";
  const send = () =>
    fetchJson<unknown>(path, {
      ...init,
      headers: { ...keyHeaders(), "If-Match": etag, "Content-Type": "application/json" },
    });
  const { error } = await settle(withKey(action, send));
  // Also after a refusal: the same change can be repeated on the rules as they are now.
  if (!error || error.status === PRECONDITION_FAILED) await rules.reload();
  if (error) throw error;
}

async function post<T>(action: string, path: string, body?: object): Promise<T> {
  const headers = body ? { "Content-Type": "application/json" } : {};
  const { data } = await withKey(action, () =>
    fetchJson<T>(path, {
      method: "POST",
      headers: { ...headers, ...keyHeaders() },
      ...(body ? { body: JSON.stringify(body) } : {}),
    }),
  );
  return data;
}

/** Return the address of the incidents of a rule as a feed. */
export function feedPath({ id }: Rule): string {
  return `${rulePath(id)}/feed.atom`;
}

const rulePath = (id: string): string => apiPath(`/alerts/rules/${encodeURIComponent(id)}`);
const incidentPath = (id: string): string => apiPath(`/alerts/incidents/${encodeURIComponent(id)}`);
