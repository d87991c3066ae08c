/** Changes of the watchlist, and how each is undone. */

import { signal } from "@preact/signals";
import { apiPath, fetchJson, type Marker } from "../api";
import { dataVersion } from "../connection";
import { communityName } from "../format";
import { keyHeaders, withKey } from "../function_key";
import { reloadAll, settle } from "../request";
import type { Community, Subject } from "./api";
import { ruleOf } from "./rule";
import { currentEtag, reloadWatchlist, storedMarkers } from "./state";

export const PRECONDITION_FAILED = 412;

/** One request that changes the watchlist. */
interface Change {
  method: "PUT" | "DELETE" | "POST";
  path: string;
  body?: unknown;
}

/** What reverses the last change. */
export interface Undo {
  /** What was done: "Removed Cursor." */
  done: string;
  changes: Change[];
}

/** The version of the data after the last change of a subject here; undefined: there was none. */
export const changedAt = signal<number | undefined>(undefined);
export const undo = signal<Undo | undefined>(undefined);

/** Forget that something was changed here: another view is shown. */
export function forgetChange(): void {
  changedAt.value = undefined;
}

/** Store a subject. Throws ApiError, as every change does: 412 if the watchlist has changed. */
export async function putSubject(subject: Subject, before: Subject | undefined): Promise<void> {
  await apply("Save", [put(subject)]);
  undo.value = {
    done: `Saved ${subject.name}.`,
    changes: [before ? put(before) : remove(subject.id)],
  };
}

export async function removeSubject(subject: Subject): Promise<void> {
  const markers = storedMarkers(subject.id).map(markerPut);
  await apply("Remove", [remove(subject.id)]);
  undo.value = { done: `Removed ${subject.name}.`, changes: [put(subject), ...markers] };
}

/** Merge a subject into another. It is undone by storing both as they were. */
export async function mergeSubject(into: Subject, from: Subject): Promise<void> {
  const markers = storedMarkers(from.id).map(markerPut);
  const path = `${pathOf(into.id)}/merge`;
  await apply("Merge", [{ method: "POST", path, body: { from: from.id } }]);
  undo.value = {
    done: `Merged ${from.name} into ${into.name}.`,
    changes: [put(into), put(from), ...markers],
  };
}

export async function addCommunity(community: Community): Promise<void> {
  await apply("Add", [putCommunity(community)]);
  undo.value = {
    done: `Added ${communityName(community.id)}.`,
    changes: [{ method: "DELETE", path: communityPath(community.id) }],
  };
}

export async function removeCommunity(community: Community): Promise<void> {
  await apply("Remove", [{ method: "DELETE", path: communityPath(community.id) }]);
  undo.value = {
    done: `Removed ${communityName(community.id)}.`,
    changes: [putCommunity(community)],
  };
}

export async function putMarker(marker: Marker, before: Marker | undefined): Promise<void> {
  await apply("Save", [markerPut(marker)]);
  undo.value = {
    done: `Saved ${marker.name}.`,
    changes: [before ? markerPut(before) : { method: "DELETE", path: markerPath(marker.id) }],
  };
}

export async function removeMarker(marker: Marker): Promise<void> {
  await apply("Remove", [{ method: "DELETE", path: markerPath(marker.id) }]);
  undo.value = { done: `Removed ${marker.name}.`, changes: [markerPut(marker)] };
}

/** Reverse the last change. It can be repeated when a request fails: each stores a whole state. */
export async function undoLast(): Promise<void> {
  const last = undo.value;
  if (!last) return;
  await apply("Undo", last.changes);
  undo.value = { done: "Undone.", changes: [] };
}

/** Send changes one after the other, each to the watchlist that the one before left. */
async function apply(action: string, changes: Change[]): Promise<void> {
  for (const { method, path, body } of changes) {
    const send = () =>
      fetchJson<unknown>(apiPath(path), {
        method,
        headers: { ...keyHeaders(), "If-Match": currentEtag(), "Content-Type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const { error } = await settle(withKey(action, send));
    // Also after a refusal: the same change can be repeated on the watchlist as it is now.
    if (!error || error.status === PRECONDITION_FAILED) await reloadWatchlist();
    if (error) throw error;
  }
  reloadAll();
  if (changes.some(({ path }) => path.startsWith("/subjects")))
    changedAt.value = dataVersion.peek();
}

const pathOf = (id: string): string => `/subjects/${encodeURIComponent(id)}`;
const communityPath = (id: string): string => `/communities/${encodeURIComponent(id)}`;
const markerPath = (id: string): string => `/markers/${encodeURIComponent(id)}`;
const markerPut = (marker: Marker): Change => ({
  method: "PUT",
  path: markerPath(marker.id),
  body: marker,
});
const putCommunity = ({ id, query, address }: Community): Change => ({
  method: "PUT",
  path: communityPath(id),
  body: { query, address },
});
const remove = (id: string): Change => ({ method: "DELETE", path: pathOf(id) });
const put = (subject: Subject): Change => ({
  method: "PUT",
  path: pathOf(subject.id),
  body: ruleOf(subject),
});
