/** The part of the API that the list of digests uses: its types, its requests, and what is stored. */

import { useEffect, useState } from "preact/hooks";
import { type ApiError, apiPath, fetchJson } from "../api";
import { keyHeaders, withKey } from "../function_key";
import { ApiRequest, type RequestState, settle } from "../request";
import type { components } from "../schema";

type Schemas = components["schemas"];
export type Digest = Schemas["DigestAnswer"];
/** A digest, and what became of the last one. */
export type ListedDigest = Schemas["DigestWithStatus"];
export type Issues = Schemas["DigestIssues"];
export type Issue = Issues["issues"][number];
export type Weekday = Digest["weekday"];
type Digests = Schemas["DigestsWithStatus"];

/** The digests, with the ETag that a change of them must name. */
interface Stored {
  digests: ListedDigest[];
  etag: string;
}

const DIGESTS = apiPath("/alerts/digests");
const PRECONDITION_FAILED = 412;
/** What is on its way is looked up again after this time, up to this number of times. */
const AGAIN_MS = 3000;
const MAX_LOOKS = 40;

const digests = new ApiRequest<Stored>(async (store) => {
  const { data, etag } = await withKey("Show the digests", () =>
    fetchJson<Digests>(DIGESTS, { cache: "no-cache", headers: keyHeaders() }),
  );
  store(() => ({ digests: data.digests, etag }));
}, true);

export function useDigests(): RequestState<Stored> {
  useEffect(() => digests.watch(), []);
  return digests.state.value;
}

/** Store a digest, new or not. Throws ApiError: 412 if the digests have changed meanwhile. */
export function putDigest(digest: Digest): Promise<void> {
  return change("Save", digestPath(digest.id), { method: "PUT", body: JSON.stringify(digest) });
}

export function removeDigest({ id }: Digest): Promise<void> {
  return change("Remove", digestPath(id), { method: "DELETE" });
}

/** Send the digest of the last period to each channel, marked as a test. */
export async function sendDigestTest({ id }: Digest): Promise<void> {
  await withKey("Send a test", () =>
    fetchJson<unknown>(`${digestPath(id)}/test`, { method: "POST", headers: keyHeaders() }),
  );
}

/** Return whether a test or a delivery of an issue is on its way. */
export function isOnItsWay({ tests, issues }: Issues): boolean {
  const waits = issues.some(({ deliveries }) =>
    deliveries.some((each) => each.status === "waiting"),
  );
  return tests.length > 0 || waits;
}

/** Return the newest issues of a digest, which are read again while one is on its way. */
export function useIssues(id: string) {
  const [found, setFound] = useState<Issues>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    let timer: number | undefined;
    let isCurrent = true;
    const look = async (left: number) => {
      const outcome = await settle(fetchIssues(id));
      if (!isCurrent) return;
      setError(outcome.error);
      if (!outcome.data) return;
      setFound(outcome.data);
      if (left > 0 && isOnItsWay(outcome.data)) {
        timer = window.setTimeout(() => look(left - 1), AGAIN_MS);
      }
    };
    look(MAX_LOOKS);
    return () => {
      isCurrent = false;
      window.clearTimeout(timer);
    };
  }, [id]);
  return { found, error };
}

async function fetchIssues(id: string): Promise<Issues> {
  const { data } = await withKey("Show what was sent", () =>
    fetchJson<Issues>(`${digestPath(id)}/issues`, { cache: "no-cache", headers: keyHeaders() }),
  );
  return data;
}

async function change(action: string, path: string, init: RequestInit): Promise<void> {
  const etag = digests.state.peek().data?.etag ?? "";
  const send = () =>
    fetchJson<unknown>(path, {
      ...init,
      headers: { ...keyHeaders(), "If-Match": etag, "Content-Type": "application/json" },
    });
  const { error } = await settle(withKey(action, send));
  // Also after a refusal: the same change can be repeated on the digests as they are now.
  if (!error || error.status === PRECONDITION_FAILED) await digests.reload();
  if (error) throw error;
}

const digestPath = (id: string): string => apiPath(`/alerts/digests/${encodeURIComponent(id)}`);
