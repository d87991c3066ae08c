/** Requests to the API: their state, their retries, and a cache of them. */

import { type Signal, signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { ApiError } from "./api";
import { dataVersion, recordOutcome } from "./connection";
import { duration } from "./format";

export interface RequestState<T> {
  /** The last good data; it stays while the server doesn't answer. */
  data: T | undefined;
  error: ApiError | undefined;
  /** The age of the data: the data version that it was requested at; -1: no data yet. */
  version: number;
}

type Update<T> = (previous: T | undefined) => T;
/** Store the result of a load and return it; undefined: a newer load has replaced this one. */
export type Store<T> = (update: Update<T>) => T | undefined;
export type Load<T> = (store: Store<T>) => Promise<void>;

const RETRY_MS = 5_000;
/** A longer wait isn't worth it for someone who looks on, such as until the next day. */
const MAX_WAIT_MS = 60_000;
/** The requests that the page shows. */
const watched = new Set<ApiRequest<unknown>>();

export type Outcome<T> = { data: T; error?: undefined } | { data?: undefined; error: ApiError };

/** Return the result of the promise or its ApiError. Throws other errors: the page has a fault. */
export async function settle<T>(promise: Promise<T>): Promise<Outcome<T>> {
  try {
    return { data: await promise };
  } catch (error) {
    if (error instanceof ApiError) return { error };
    throw error;
  }
}

/** Settle, and record whether the server answered. */
export async function settleRecorded<T>(promise: Promise<T>): Promise<Outcome<T>> {
  const outcome = await settle(promise);
  if (recordOutcome(outcome.error)) retryFailed();
  return outcome;
}

/** Return how long to wait before a retry: what the server asks for, or else the default. */
export function retryDelay({ retrySeconds }: ApiError, defaultMs = RETRY_MS): number {
  return retrySeconds ? retrySeconds * 1000 : defaultMs;
}

/** Return in words when a request that failed for now is made again. */
export function retryText(error: ApiError): string {
  if (!error.isTransient) return "";
  const wait = retryDelay(error);
  if (wait <= RETRY_MS) return "It is asked again every few seconds.";
  return `It is asked again in ${duration(wait / 1000)}.`;
}

/** Run a load until it succeeds. Throws the ApiError that is not transient, or the last one. */
export async function withRetries<T>(
  load: () => Promise<T>,
  { tries, delayMs }: { tries: number; delayMs: number },
): Promise<T> {
  for (let left = tries - 1; ; left -= 1) {
    const { data, error } = await settle(load());
    if (!error) return data as T;
    if (!error.isTransient || !left || retryDelay(error, delayMs) > MAX_WAIT_MS) throw error;
    await new Promise((resolve) => setTimeout(resolve, retryDelay(error, delayMs)));
  }
}

/** One request that is repeated: when its data is stale, and after transient errors. */
export class ApiRequest<T> {
  readonly state: Signal<RequestState<T>> = signal({
    data: undefined,
    error: undefined,
    version: -1,
  });
  readonly isLoading = signal(false);
  private watchers = 0;
  /** The id of the last load: only that one stores its data. */
  private loadId = 0;
  private requestedVersion = -1;
  private timer: number | undefined;
  private lastLoad: Load<T>;

  /** With `keepsData` the data outlives an error that is not transient, such as a 404. */
  constructor(
    private readonly load: Load<T>,
    private readonly keepsData = false,
  ) {
    this.lastLoad = load;
  }

  get isWatched(): boolean {
    return this.watchers > 0;
  }

  /** Keep the data fresh: load it when it is stale, and retry. Return what ends this. */
  watch(): () => void {
    this.watchers += 1;
    watched.add(this as ApiRequest<unknown>);
    if (this.isStale) this.reload();
    return () => {
      this.watchers -= 1;
      if (this.isWatched) return;
      watched.delete(this as ApiRequest<unknown>);
      clearTimeout(this.timer);
    };
  }

  /** Load the data again. */
  reload(): Promise<void> {
    return this.run(this.load, dataVersion.value);
  }

  /** Run a load that extends the data. The data's version stays. */
  extend(load: Load<T>): Promise<void> {
    return this.run(load, this.state.value.version);
  }

  /** Repeat the last load. */
  retry(): Promise<void> {
    return this.lastLoad === this.load ? this.reload() : this.extend(this.lastLoad);
  }

  /** Change the data in place. */
  update(data: T): void {
    this.state.value = { ...this.state.value, data };
  }

  /** Drop the load under way, its error and its retry. */
  cancel(): void {
    clearTimeout(this.timer);
    this.loadId += 1;
    this.isLoading.value = false;
    if (this.state.value.error) this.state.value = { ...this.state.value, error: undefined };
  }

  private async run(load: Load<T>, version: number): Promise<void> {
    clearTimeout(this.timer);
    this.lastLoad = load;
    this.loadId += 1;
    const id = this.loadId;
    this.requestedVersion = version;
    this.isLoading.value = true;
    const store: Store<T> = (update) => {
      if (id !== this.loadId) return undefined;
      const data = update(this.state.value.data);
      this.state.value = { data, error: undefined, version };
      return data;
    };
    try {
      const { error } = await settleRecorded(load(store));
      if (error && id === this.loadId) this.fail(error);
    } finally {
      if (id === this.loadId) this.isLoading.value = false;
    }
  }

  private get isStale(): boolean {
    if (this.isLoading.value) return this.requestedVersion !== dataVersion.value;
    const { error, version } = this.state.value;
    return error !== undefined || version !== dataVersion.value;
  }

  private fail(error: ApiError): void {
    const { data, version } = this.state.value;
    const isKept = this.keepsData || error.isTransient;
    this.state.value = { data: isKept ? data : undefined, error, version };
    if (!error.isTransient || !this.isWatched) return;
    this.timer = setTimeout(() => this.retry(), retryDelay(error)) as unknown as number;
  }
}

/** Reload everything that is shown: there is new data. */
export function reloadAll(): void {
  dataVersion.value += 1;
  for (const request of [...watched]) request.reload();
}

/** Repeat now what has failed. */
export function retryFailed(): void {
  for (const request of [...watched]) if (request.state.value.error) request.retry();
}

/** The requests that were used last, by address: the way back shows its data at once. */
export class RequestCache<T> {
  private readonly requests = new Map<string, ApiRequest<T>>();

  constructor(
    private readonly size: number,
    private readonly create: (address: string) => ApiRequest<T>,
  ) {}

  /** Return the request of the address. The least recently used one that isn't shown makes room. */
  get(address: string): ApiRequest<T> {
    const request = this.requests.get(address) ?? this.create(address);
    this.requests.delete(address);
    for (const [old, { isWatched }] of this.requests) {
      if (this.requests.size < this.size) break;
      if (!isWatched) this.requests.delete(old);
    }
    this.requests.set(address, request);
    return request;
  }
}

export interface Action {
  run: () => Promise<void>;
  isBusy: boolean;
  error: ApiError | undefined;
}

/** Return an action for a button. It runs once at a time and keeps the error of its last run. */
export function useAction(action: () => Promise<void>): Action {
  const [error, setError] = useState<ApiError>();
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    if (isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      setError((await settle(action())).error);
    } finally {
      setBusy(false);
    }
  };
  return { run, isBusy, error };
}
