/** Polls the state of collection, and reloads the page's data when a cycle ends. */

import { computed, signal } from "@preact/signals";
import { recordAccess } from "./access";
import {
  type ApiError,
  apiPath,
  CYCLES,
  type Cycle,
  fetchJson,
  HEALTH,
  type Health,
  type LeastHealth,
  type RequestedCollection,
} from "./api";
import { unreachableSince } from "./connection";
import { keyHeaders } from "./function_key";
import { reloadAll, retryFailed, settle, settleRecorded } from "./request";

const IDLE_MS = 60_000;
/** A collection is due, items are being scored, or this clock is ahead of the server's. */
const DUE_MS = 10_000;
const RUNNING_MS = 1_000;
const UNREACHABLE_MS = 5_000;
/** Times of the API are whole seconds, and clocks differ. */
const SLACK_MS = 2_000;
/** After a cycle the server's cache expires, and later the topics are found. */
const REFRESH_AFTER_MS = [1_500, 6_500];
/** There is no data yet: the first collection is about to begin, or no worker runs. */
const EMPTY_MS = 2_000;
/** What the first cycle has stored so far is shown, and reloaded as often as this. */
const GROWING_MS = 5_000;
const EMPTY_FOR_MS = 60_000;
/** A requested cycle that no worker starts is polled for this long. */
const WAITING_MS = 15 * 60_000;
/** The number of fast polls of an orphaned cycle. */
const MAX_ORPHANED_POLLS = 5;
const CONFLICT = 409;

/** The last cycles, newest first; undefined: not loaded yet. */
export const cycles = signal<Cycle[] | undefined>(undefined);
export const health = signal<Health | undefined>(undefined);
/** The running cycle. */
export const running = computed(() => cycles.value?.find(({ status }) => status === "running"));
export const lastEnded = computed(() => cycles.value?.find((cycle) => cycle.status !== "running"));
/** Whether no cycle has ended yet, and the first one has stored nothing. */
export const isFirstRun = computed(
  () => cycles.value !== undefined && !lastEnded.value && !running.value?.new,
);
/** Whether collection is late or the database unreachable: the figures aren't current. */
export const isStale = computed(() => {
  const status = health.value?.status;
  return status === "degraded" || status === "unhealthy";
});
/** The error of the last poll; undefined: it succeeded. */
export const pollError = signal<ApiError | undefined>(undefined);
/** The time of the last poll; ages are relative to it. */
export const now = signal(Date.now());

/** A cycle that was requested here and hasn't begun. */
interface RequestedCycle {
  message: string;
  /** Whether a worker should have started it by now. */
  isLate: boolean;
}
export const requested = signal<RequestedCycle | undefined>(undefined);

let timer: number | undefined;
/** The id of the requested cycle, until it is listed. */
let requestedId: string | null = null;
/** The server's answer to the request. */
let requestedMessage = "";
let lastSeenId: string | null | undefined;
/** The running and the last cycle in health when the cycles were last listed. */
let listedState: string | undefined;
let orphanedPolls = 0;
/** When the data was last loaded while the first cycle goes on. */
let grownAt = 0;

export function startPolling(): void {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else poll();
  });
  poll();
}

/** Poll now, and again when something may have happened. */
async function poll(): Promise<void> {
  clearTimeout(timer);
  const hasRead = health.value !== undefined;
  const { error } = await settleRecorded(fetchStatus());
  recordAccess(error, hasRead);
  pollError.value = error;
  if (error) listedState = undefined;
  now.value = Date.now();
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(poll, pollDelay()) as unknown as number;
}

/** Fetch health first: without a database it still reports the state of the service. */
async function fetchStatus(): Promise<void> {
  const waited = health.value?.sentiment?.waiting;
  const found = (await fetchJson<Health | LeastHealth>(HEALTH)).data;
  if (!("application" in found)) {
    // Who may not read learns the status alone. This is refused, and says what is lacking.
    cycles.value = (await fetchJson<Cycle[]>(CYCLES)).data;
    return;
  }
  health.value = found;
  // All is scored by its method now.
  if (waited && !health.value.sentiment?.waiting) reloadAll();
  cycles.value = await fetchCycles(health.value);
  const ended = lastEnded.value?.id ?? null;
  if (lastSeenId === undefined ? hasEndedSinceLoad() : ended !== lastSeenId) {
    for (const after of REFRESH_AFTER_MS) setTimeout(reloadAll, after);
  }
  lastSeenId = ended;
  reloadGrown();
}

/** Reload the data while the first cycle goes on: it may take minutes, and there is no other. */
function reloadGrown(): void {
  const at = performance.now();
  if (lastEnded.value || !running.value?.new || at - grownAt < GROWING_MS) return;
  reloadAll();
  grownAt = at;
}

/**
 * Return the last cycles. List them when one has begun or ended; otherwise fetch only the running
 * one, which costs the database a twentieth.
 */
async function fetchCycles({ application }: Health): Promise<Cycle[]> {
  const { running_cycle, last_cycle } = application;
  const state = `${running_cycle} ${last_cycle}`;
  const known = cycles.value;
  const isListed = !running_cycle || known?.some(({ id }) => id === running_cycle);
  if (requestedId !== null || known === undefined || state !== listedState || !isListed) {
    const listed = (await fetchJson<Cycle[]>(CYCLES)).data;
    requested.value = await fetchRequested(listed);
    listedState = state;
    return listed;
  }
  const current = running.value;
  orphanedPolls = current && !running_cycle ? orphanedPolls + 1 : 0;
  if (!current) return known;
  const { data } = await fetchJson<Cycle>(apiPath(`/cycles/${current.id}`));
  return known.map((cycle) => (cycle.id === data.id ? data : cycle));
}

/** Return whether a cycle ended while the page loaded: its first data may be older. */
function hasEndedSinceLoad(): boolean {
  return Date.parse(lastEnded.value?.end_time ?? "") > performance.timeOrigin - SLACK_MS;
}

/** Retry everything that has failed, now. */
export function retryNow(): void {
  retryFailed();
  poll();
}

/** Return the requested cycle while it isn't listed: it is once a worker has begun it. */
async function fetchRequested(listed: Cycle[]): Promise<RequestedCycle | undefined> {
  if (listed.some((cycle) => cycle.id === requestedId)) requestedId = null;
  if (requestedId === null) return undefined;
  const request = fetchJson<Cycle>(apiPath(`/cycles/${requestedId}`));
  const { data: response, error } = await settle(request);
  if (error && !error.isTransient) requestedId = null;
  if (!response) return undefined;
  const { errors, start_time } = response.data;
  const late = errors.find((each) => each.kind === "waiting");
  if (late && Date.now() - Date.parse(start_time) > WAITING_MS) requestedId = null;
  return { message: late ? `It was ${late.message}.` : requestedMessage, isLate: Boolean(late) };
}

function pollDelay(): number {
  if (unreachableSince.value !== null) return UNREACHABLE_MS;
  if (health.value?.application.running_cycle) return RUNNING_MS;
  if (running.value && orphanedPolls < MAX_ORPHANED_POLLS) return RUNNING_MS;
  if (requestedId !== null) return requested.value?.isLate ? DUE_MS : RUNNING_MS;
  if (isFirstRun.value && performance.now() < EMPTY_FOR_MS) return EMPTY_MS;
  if (health.value?.sentiment?.waiting) return DUE_MS;
  const due = Date.parse(health.value?.application.next_collection_at ?? "") - Date.now();
  return due > 0 ? Math.min(IDLE_MS, due + 3_000) : DUE_MS;
}

/** Request a collection. Throws ApiError: with status 401 where a function key is needed. */
export async function collectNow(): Promise<void> {
  const address = apiPath("/admin/collect");
  const init = { method: "POST", headers: keyHeaders() };
  const request = fetchJson<RequestedCollection>(address, init);
  const { data: response, error } = await settle(request);
  if (response) {
    requestedId = response.data.cycle;
    requestedMessage = response.data.message;
  }
  // Another collection runs or waits: watch that one.
  if (error?.status === CONFLICT) {
    requestedId = error.cycle;
    requestedMessage = error.message;
  }
  await poll();
  if (error && error.status !== CONFLICT) throw error;
}
