/** What the API refuses of a rule, at the field that it names. */

import type { ApiError } from "../api";
import type { Rule, Subject } from "./api";
import { cleanRule } from "./rule";

const LISTS = ["terms", "exclude", "context", "home"] as const;
type List = (typeof LISTS)[number];

export interface Refusals {
  /** What is wrong with an entry of a list, by its index in the rule that is typed. */
  entries: Record<List, Map<number, string>>;
  /** What is wrong with a field as a whole. */
  fields: Partial<Record<keyof Subject, string>>;
  /** What belongs to no field. */
  others: string[];
}

/** Return the refusals of an error; errors that may pass by themselves are no refusals. */
export function readRefusals(error: ApiError | undefined, rule: Rule): Refusals {
  const entries: Refusals["entries"] = {
    terms: new Map(),
    exclude: new Map(),
    context: new Map(),
    home: new Map(),
  };
  const found: Refusals = { entries, fields: {}, others: [] };
  if (!error || error.isTransient) return found;
  if (!error.refused.length) found.others.push(error.message);
  for (const { parameter, detail, takes } of error.refused) {
    const text = takes ? `${detail}; it takes ${takes}` : detail;
    const [, field = "", index] = parameter.match(/^\/?(\w+)(?:[.[/]+(\d+))?/) ?? [];
    const at = isList(field) && index ? typedIndex(rule, field, Number(index)) : undefined;
    if (isList(field) && at !== undefined) {
      entries[field].set(at, join(entries[field].get(at), text));
    } else if (field === "id" || field in cleanRule(rule)) {
      const name = field as keyof Subject;
      found.fields[name] = join(found.fields[name], text);
    } else found.others.push(text);
  }
  return found;
}

function isList(field: string): field is List {
  return LISTS.includes(field as List);
}

function join(before: string | undefined, text: string): string {
  return before ? `${before}. ${text}` : text;
}

/** Return the index in what is typed of an entry of what was sent, which lacks blank ones. */
function typedIndex(rule: Rule, list: List, sent: number): number | undefined {
  const texts = rule[list].map((each) => (typeof each === "string" ? each : each.text));
  const filled = texts.flatMap((text, at) => (text.trim() ? [at] : []));
  return filled[sent];
}

/** Return the refusals of both. Where both name an entry, the second is newer. */
export function joinRefusals(a: Refusals, b: Refusals): Refusals {
  const both = (list: List) => new Map([...a.entries[list], ...b.entries[list]]);
  return {
    entries: {
      terms: both("terms"),
      exclude: both("exclude"),
      context: both("context"),
      home: both("home"),
    },
    fields: { ...a.fields, ...b.fields },
    others: [...new Set([...a.others, ...b.others])],
  };
}
