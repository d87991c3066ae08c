/** Watches collection: everything shown is asked anew when a cycle ends. */

import { computed, signal } from "@preact/signals";
import { ask, CYCLES, type Cycle, Failure, HEALTH, type Health, path, type Triggered } from "./api";
import { noteAnswer, refresh, retry, silentSince } from "./data";

const IDLE_MS = 60_000;
/** A collection is due, or our clock is ahead of the server's. */
const DUE_MS = 10_000;
const RUNNING_MS = 1_000;
const SILENT_MS = 5_000;
/** Times of the API are whole seconds, and no two clocks are the same. */
const SLACK_MS = 2_000;
/** After a cycle: when the server looks anew at what it keeps, and when topics are found. */
const REFRESH_AFTER_MS = [1_500, 6_500];
/** Nothing is there yet: the first collection is about to begin, or nobody collects. */
const EMPTY_MS = 2_000;
const EMPTY_FOR_MS = 60_000;
/** So many looks after which a cycle that nobody works at any more is no longer watched. */
const PATIENT_LOOKS = 5;
const KEY = "undertone-function-key";

/** The newest cycles, newest first; undefined: not known yet. */
export const cycles = signal<Cycle[] | undefined>(undefined);
export const health = signal<Health | undefined>(undefined);
/** The cycle under way; one that nobody takes up isn't. */
export const running = computed(() => cycles.value?.find(isUnderWay));
export const lastEnded = computed(() => cycles.value?.find((cycle) => cycle.status !== "running"));
/** Whether no cycle has ended yet. */
export const isBeforeTheFirst = computed(() => cycles.value !== undefined && !lastEnded.value);
/** The time, for ages: it moves on by itself. */
export const now = signal(Date.now());

function isUnderWay({ status, errors }: Cycle): boolean {
  return status === "running" && errors.every((error) => error.kind !== "waiting");
}

let timer: number | undefined;
/** The cycle that was asked for here, until it is among the others. */
let awaited: string | null = null;
let seen: string | null | undefined;
/** What the server said of its cycles when they were listed last. */
let listedAt: string | undefined;
let looksAtNobody = 0;

export function watchCycles(): void {
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) clearTimeout(timer);
    else look();
  });
  look();
}

/** Look now, and again when something may have happened. */
async function look(): Promise<void> {
  clearTimeout(timer);
  try {
    // Health first: without a database it still says how the service is.
    health.value = (await ask<Health>(HEALTH)).data;
    cycles.value = await newest(health.value);
    noteAnswer();
    const ended = lastEnded.value?.id ?? null;
    if (seen === undefined ? endedMeanwhile() : ended !== seen) {
      for (const after of REFRESH_AFTER_MS) setTimeout(refresh, after);
    }
    seen = ended;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    listedAt = undefined;
    noteAnswer(error);
  }
  now.value = Date.now();
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, pause()) as unknown as number;
}

/**
 * The newest cycles: all of them where one has begun or ended since they were listed, and else only
 * the one under way anew, which costs the database a twentieth.
 */
async function newest({ application }: Health): Promise<Cycle[]> {
  const { running_cycle, last_cycle } = application;
  const state = `${running_cycle} ${last_cycle}`;
  const known = cycles.value;
  const isListed = !running_cycle || known?.some(({ id }) => id === running_cycle);
  if (awaited !== null || known === undefined || state !== listedAt || !isListed) {
    const listed = await withAwaited((await ask<Cycle[]>(CYCLES)).data);
    listedAt = state;
    return listed;
  }
  const current = running.value;
  looksAtNobody = current && !running_cycle ? looksAtNobody + 1 : 0;
  if (!current) return known;
  const { data } = await ask<Cycle>(path(`/cycles/${current.id}`));
  return known.map((cycle) => (cycle.id === data.id ? data : cycle));
}

/** Whether a cycle has ended since the page began to load, behind the back of what it asked first. */
function endedMeanwhile(): boolean {
  return Date.parse(lastEnded.value?.end_time ?? "") > performance.timeOrigin - SLACK_MS;
}

/** Ask everything that has failed again, now. */
export function tryAgain(): void {
  retry();
  look();
}

/** Put the cycle that was asked for before the others: it is listed once a worker has taken it up. */
async function withAwaited(listed: Cycle[]): Promise<Cycle[]> {
  if (awaited === null) return listed;
  if (listed.some((cycle) => cycle.id === awaited)) {
    awaited = null;
    return listed;
  }
  try {
    const { data } = await ask<Cycle>(path(`/cycles/${awaited}`));
    // Nobody takes it up: it may be asked for again.
    if (data.errors.some((error) => error.kind === "waiting")) awaited = null;
    return [data, ...listed];
  } catch (error) {
    if (error instanceof Failure && !error.passes) awaited = null;
    return listed;
  }
}

function pause(): number {
  if (silentSince.value !== null) return SILENT_MS;
  if (health.value?.application.running_cycle) return RUNNING_MS;
  if (running.value && looksAtNobody < PATIENT_LOOKS) return RUNNING_MS;
  if (isBeforeTheFirst.value && performance.now() < EMPTY_FOR_MS) return EMPTY_MS;
  const due = Date.parse(health.value?.application.next_collection_at ?? "") - Date.now();
  return due > 0 ? Math.min(IDLE_MS, due + 3_000) : DUE_MS;
}

/**
 * Ask for a collection now; gives what the server says where other work has to end first.
 * Throws Failure: with status 401 where a function key is needed.
 */
export async function collectNow(): Promise<string | null> {
  const key = sessionStorage.getItem(KEY);
  const headers: Record<string, string> = key ? { "x-functions-key": key } : {};
  try {
    const { data } = await ask<Triggered>(path("/admin/collect"), { method: "POST", headers });
    awaited = data.cycle;
    return null;
  } catch (error) {
    // Another one runs already: that is as good.
    if (!(error instanceof Failure) || error.status !== 409) throw error;
    awaited = error.cycle;
    return error.message;
  } finally {
    await look();
  }
}

/** Keep the function key as long as this tab is open, and not longer. */
export function keepKey(key: string): void {
  sessionStorage.setItem(KEY, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(KEY);
}
