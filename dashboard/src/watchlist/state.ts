/** The state of the watchlist's view: what is stored, what is typed, and what can be undone. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fetchJson, type Marker } from "../api";
import { ApiRequest, type RequestState } from "../request";
import { type Rule, type Subject, WATCHLIST, type Watchlist } from "./api";
import { isSameRule, ruleOf } from "./rule";

/** The stored watchlist, with the ETag that a change of it must name. */
export interface Stored {
  watchlist: Watchlist;
  etag: string;
}

/** A rule that is being typed. */
export interface Draft {
  rule: Rule;
  /** What was stored when typing began; null: nothing. */
  base: Rule | null;
  /** The id of a new subject where it isn't the suggested one. */
  ownId: string | null;
}

const request = new ApiRequest<Stored>(async (store) => {
  const { data, etag } = await fetchJson<Watchlist>(WATCHLIST, { cache: "no-cache" });
  store(() => ({ watchlist: data, etag }));
}, true);

/** What is typed, by the id in the address: it stays while one looks at another view. */
export const drafts = signal<Record<string, Draft>>({});

/** Return the stored watchlist, and keep it up to date. */
export function useWatchlist(): RequestState<Stored> {
  useEffect(() => request.watch(), []);
  return request.state.value;
}

export function reloadWatchlist(): Promise<void> {
  return request.reload();
}

export function currentEtag(): string {
  return request.state.peek().data?.etag ?? "";
}

export function storedSubject(id: string): Subject | undefined {
  return request.state.peek().data?.watchlist.subjects.find((each) => each.id === id);
}

/** Return the markers of a subject. */
export function storedMarkers(subject: string): Marker[] {
  const markers = request.state.peek().data?.watchlist.markers ?? [];
  return markers.filter((each) => each.subject === subject);
}

/** Keep what is typed; undefined: drop it. */
export function saveDraft(key: string, draft: Draft | undefined): void {
  const { [key]: _, ...others } = drafts.value;
  drafts.value = draft ? { ...others, [key]: draft } : others;
}

/** Return whether somebody else has changed or removed the subject since typing began. */
export function isOvertaken({ base }: Draft, stored: Subject | undefined): boolean {
  if (!base) return false;
  return !stored || !isSameRule(base, ruleOf(stored));
}
