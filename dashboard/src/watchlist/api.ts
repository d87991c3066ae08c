/** The part of the API that the watchlist uses. */

import { apiPath, fetchJson } from "../api";
import type { components } from "../schema";
import { cleanRule } from "./rule";

type Schemas = components["schemas"];
export type Watchlist = Schemas["WatchlistAnswer"];
export type Subject = Schemas["SubjectAnswer"];
export type Role = Subject["role"];
export type Term = Schemas["TermAnswer"];
/** What is edited of a subject. */
export type Rule = Omit<Subject, "id">;
export type Community = Pick<Schemas["CommunityAnswer"], "id" | "query" | "address">;
export type Preview = Schemas["Preview"];
export type PreviewItem = Schemas["PreviewExample"] | Schemas["KeptOutExample"];
export type KeptOut = Schemas["KeptOutExample"];

export const WATCHLIST = apiPath("/watchlist");

/** Return what a rule would match beside the stored ones; id: the subject that it replaces. */
export async function fetchPreview(id: string | null, rule: Rule): Promise<Preview> {
  // Only the words matter here: a name may be missing yet.
  const body = { ...cleanRule(rule), id, name: "(preview)" };
  const init = {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  return (await fetchJson<Preview>(apiPath("/subjects/preview"), init)).data;
}
