/**
 * What was answered, by address: shown at once when it is asked for again, asked anew when a
 * collection ends, and kept, with its age, while the server doesn't answer.
 */

import { type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ApiError, fetchJson } from "./api";

export interface Loaded<T> {
  data: T | undefined;
  failure: ApiError | undefined;
}

interface Entry {
  loaded: Signal<Loaded<unknown>>;
  watchers: number;
  /** The version of the data that was asked for last. */
  version: number;
  retry: number | undefined;
  /** Counts the questions: only the last one's answer is taken. */
  turn: number;
}

const RETRY_SECONDS = 5;
const MAX_KEPT = 80;
const NOTHING: Loaded<never> = { data: undefined, failure: undefined };

const entries = new Map<string, Entry>();
/** Grows by one with each collection that ends. */
export const version = signal(0);
/** Since when the server hasn't answered, or the database; null while all is well. */
export const silentSince = signal<number | null>(null);
/** Whether the server answers that a setting of the app is missing or bad: then nothing works. */
export const hasBadSetting = signal(false);
/** When something was last answered. */
export const lastAnswer = signal<number>(Date.now());

/** Give what the address answers, and keep it up to date; every: ask anew after so many seconds. */
export function useData<T>(address: string | null, every?: number): Loaded<T> {
  useEffect(() => (address === null ? undefined : watch(address)), [address]);
  useEffect(() => {
    if (address === null || every === undefined) return;
    const timer = setInterval(() => document.hidden || load(address), every * 1000);
    return () => clearInterval(timer);
  }, [address, every]);
  return address === null ? NOTHING : (entryOf(address).loaded.value as Loaded<T>);
}

/** Ask everything that is shown anew: there is new data. */
export function refresh(): void {
  version.value += 1;
  for (const [address, entry] of [...entries]) if (entry.watchers) load(address);
}

/** Grows by one when what has failed is to be asked again now. */
export const retries = signal(0);

export function retry(): void {
  retries.value += 1;
  for (const [address, entry] of [...entries]) {
    if (entry.watchers && entry.loaded.value.failure) load(address);
  }
}

/** Take note that the server answered, or that it didn't. */
export function noteAnswer(failure?: ApiError): void {
  hasBadSetting.value = failure?.isBadSetting ?? false;
  if (failure?.isTransient) silentSince.value ??= Date.now();
  else {
    const wasSilent = silentSince.value !== null;
    silentSince.value = null;
    lastAnswer.value = Date.now();
    if (wasSilent) retry();
  }
}

function watch(address: string): () => void {
  const entry = entryOf(address);
  entry.watchers += 1;
  if (entry.version !== version.value || entry.loaded.value.failure) load(address);
  return () => {
    entry.watchers -= 1;
    if (!entry.watchers) clearTimeout(entry.retry);
  };
}

function entryOf(address: string): Entry {
  const known = entries.get(address);
  if (known) {
    // The one that was used last goes last.
    entries.delete(address);
    entries.set(address, known);
    return known;
  }
  for (const [old, entry] of entries) {
    if (entries.size < MAX_KEPT) break;
    if (!entry.watchers) entries.delete(old);
  }
  const made = { loaded: signal(NOTHING), watchers: 0, version: -1, retry: undefined, turn: 0 };
  entries.set(address, made);
  return made;
}

async function load(address: string): Promise<void> {
  const entry = entryOf(address);
  const isFirst = entry.version === -1;
  entry.turn += 1;
  const { turn } = entry;
  entry.version = version.value;
  clearTimeout(entry.retry);
  try {
    // Asked anew, the browser's own copy isn't good enough, but a 304 is.
    const { data } = await fetchJson(address, isFirst ? {} : { cache: "no-cache" });
    noteAnswer();
    if (turn === entry.turn) entry.loaded.value = { data, failure: undefined };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    noteAnswer(error);
    if (turn !== entry.turn) return;
    // What was answered before stays, unless the server says that it isn't there.
    const data = error.isTransient ? entry.loaded.value.data : undefined;
    entry.loaded.value = { data, failure: error };
    if (error.isTransient && entry.watchers) {
      const wait = (error.retrySeconds ?? RETRY_SECONDS) * 1000;
      entry.retry = setTimeout(() => load(address), wait) as unknown as number;
    }
  }
}
