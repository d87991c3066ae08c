/** The function key of the app: requested when the app refuses a request without it. */

import { signal } from "@preact/signals";
import { ApiError } from "./api";
import { tabStorage } from "./tab_storage";

const KEY = "undertone-function-key";
const SIGNED_IN = "undertone-signed-in";
const SIGN_IN_MS = 60_000;
const UNAUTHORIZED = 401;

/** What waits for a key. */
export interface KeyRequest {
  /** What the key is for, as a button says it: "Collect now". */
  action: string;
  /** Whether a key was sent and refused. */
  isRefused: boolean;
  /** Continue with the key; null: the person gave up. */
  resolve: (key: string | null) => void;
}

/** The dialog of the page shows this. */
export const keyRequest = signal<KeyRequest | undefined>(undefined);

/** Return whether the person has given a key in this tab. */
export function hasKey(): boolean {
  return tabStorage.getItem(KEY) !== null;
}

/** Keep a key for this tab; null: none any more. */
export function keepKey(key: string | null): void {
  if (key === null) tabStorage.removeItem(KEY);
  else tabStorage.setItem(KEY, key);
}

/** Return whether this tab was sent to the sign-in within a minute; from now on it was. */
export function tabHasSignedIn(): boolean {
  const last = Number(tabStorage.getItem(SIGNED_IN));
  tabStorage.setItem(SIGNED_IN, String(Date.now()));
  return Date.now() - last < SIGN_IN_MS;
}

/** Return the headers that send the key. It is kept for this tab only, and in no address. */
export function keyHeaders(): Record<string, string> {
  const key = tabStorage.getItem(KEY);
  return key ? { "x-functions-key": key } : {};
}

/**
 * Run an action that may need the key, and request one until the app accepts it.
 *
 * Throws the action's ApiError; that with status 401 when no key was given.
 */
export async function withKey<T>(action: string, run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== UNAUTHORIZED) throw error;
      // No key helps: who is signed out signs in again.
      if (error.lacks === "sign-in") throw error;
    }
    const isRefused = tabStorage.getItem(KEY) !== null;
    tabStorage.removeItem(KEY);
    const key = await requestKey(action, isRefused);
    if (key === null)
      throw new ApiError(UNAUTHORIZED, "Not done: it needs the app's function key.");
    tabStorage.setItem(KEY, key);
  }
}

function requestKey(action: string, isRefused: boolean): Promise<string | null> {
  keyRequest.value?.resolve(null);
  return new Promise((resolve) => {
    keyRequest.value = {
      action,
      isRefused,
      resolve: (key) => {
        keyRequest.value = undefined;
        resolve(key);
      },
    };
  });
}
