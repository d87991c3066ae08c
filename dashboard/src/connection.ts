/** Whether the server answers, and which version of the data it has. */

import { signal } from "@preact/signals";
import type { ApiError } from "./api";

/** Grows by one with each collection that ends. */
export const dataVersion = signal(0);
/** Since when the server or its database hasn't answered; null while it answers. */
export const unreachableSince = signal<number | null>(null);
/** Whether a setting of the app is missing or bad: no request can succeed then. */
export const hasBadSetting = signal(false);
/** The time of the last response. */
export const lastResponse = signal<number>(Date.now());

/** An answer all the same: the server is busy. */
const TOO_MANY_REQUESTS = 429;

/** Record the outcome of a request. Return whether the server answers again after a silence. */
export function recordOutcome(error: ApiError | undefined): boolean {
  hasBadSetting.value = error?.isBadSetting ?? false;
  if (error?.isTransient && error.status !== TOO_MANY_REQUESTS) {
    unreachableSince.value ??= Date.now();
    return false;
  }
  const isBack = unreachableSince.value !== null;
  unreachableSince.value = null;
  lastResponse.value = Date.now();
  return isBack;
}
