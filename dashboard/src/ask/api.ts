/** The part of the API that answers questions: its types, its requests, and the answers that were read. */

import { useEffect } from "preact/hooks";
import { apiPath, fetchJson } from "../api";
import { keyHeaders, withKey } from "../function_key";
import { ApiRequest, type RequestState } from "../request";
import type { components } from "../schema";

type Schemas = components["schemas"];
export type Answer = Schemas["AskAnswer"];
export type Understood = Schemas["Understood"];
export type Evidence = Schemas["Evidence"];
export type AskedItem = Schemas["AskedItem"];
export type SaidSentence = Schemas["SaidSentence"];
export type Struck = Schemas["Struck"];

/** What is asked: a question, and the time from which its words count; or the id of an answer. */
export interface Asked {
  question: string | null;
  at: string | null;
  id: string | null;
}

const ASK = apiPath("/ask");
const ASK_MODEL = apiPath("/ask/model");
/** The answers that are kept, so that the way back shows them at once. */
const MAX_KEPT = 20;
/** A model's answer is read this often while it works. */
const POLL_MS = 1_500;

const kept = new Map<string, ApiRequest<Answer>>();

const keyOf = ({ question, at, id }: Asked): string =>
  id === null ? `${at ?? ""} ${question}` : `id ${id}`;

/** Return the request that answers; null: nothing is asked. */
export function requestOf(asked: Asked): ApiRequest<Answer> | null {
  const { question, at, id } = asked;
  if (id === null && question === null) return null;
  const key = keyOf(asked);
  const request = kept.get(key) ?? (id === null ? askParser(question ?? "", at) : readAnswer(id));
  keep(key, request);
  return request;
}

/** Keep the answer under the time that it names, so that an address with it asks nothing again. */
export function settleTime(asked: Asked, at: string): void {
  const request = kept.get(keyOf(asked));
  if (!request || asked.id !== null) return;
  kept.delete(keyOf(asked));
  keep(keyOf({ ...asked, at }), request);
}

/** Keep a request as the last used one. The least recently used one that isn't shown makes room. */
function keep(key: string, request: ApiRequest<Answer>): void {
  kept.delete(key);
  for (const [old, { isWatched }] of kept) {
    if (kept.size < MAX_KEPT) break;
    if (!isWatched) kept.delete(old);
  }
  kept.set(key, request);
}

function askParser(question: string, at: string | null): ApiRequest<Answer> {
  let time = at;
  return new ApiRequest<Answer>(async (store) => {
    const { data } = await fetchJson<Answer>(ASK, sent(question, time));
    // A repeated request asks the same.
    time = data.at;
    store(() => data);
  });
}

function readAnswer(id: string): ApiRequest<Answer> {
  const path = apiPath(`/ask/${encodeURIComponent(id)}`);
  return new ApiRequest<Answer>(async (store) => {
    const { data } = await fetchJson<Answer>(path, { cache: "no-cache" });
    store(() => data);
  });
}

function sent(question: string, at: string | null): RequestInit {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ question, ...(at ? { at } : {}) }),
  };
}

/** Ask a model, and return the id of its answer. Throws ApiError, such as that its budget is spent. */
export async function askModel(question: string, at: string | null): Promise<string | null> {
  const { data } = await withKey("Ask the model", () => {
    const { headers, ...init } = sent(question, at);
    return fetchJson<Answer>(ASK_MODEL, { ...init, headers: { ...headers, ...keyHeaders() } });
  });
  return data.id;
}

const NOTHING: RequestState<Answer> = { data: undefined, error: undefined, version: -1 };

/** Return the answer, and follow that of a model to its end. */
export function useAnswer(request: ApiRequest<Answer> | null): RequestState<Answer> {
  useEffect(() => request?.watch(), [request]);
  const state = request?.state.value ?? NOTHING;
  const isWorking = state.data?.status === "working";
  useEffect(() => {
    if (!isWorking || !request) return;
    const poll = () => document.hidden || request.isLoading.peek() || request.reload();
    const timer = setInterval(poll, POLL_MS);
    return () => clearInterval(timer);
  }, [request, isWorking]);
  return state;
}
