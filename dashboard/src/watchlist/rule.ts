/** The rule of a subject while it is edited: what it names, and what tells it from others. */

import type { Role, Rule, Subject, Term } from "./api";

/** The id in the address of a subject that isn't saved yet; no id begins so. */
export const NEW = "-new";
export const ROLES: Record<Role, { one: string; many: string }> = {
  own: { one: "Own product", many: "Own products" },
  competitor: { one: "Competitor", many: "Competitors" },
  topic: { one: "Topic", many: "Topics" },
};
export const EMPTY_TERM: Term = {
  text: "",
  exact: false,
  prefix: false,
  needs_context: false,
  capital: false,
};
const MAX_ID = 40;

/** Return the rule of a stored subject. */
export function ruleOf({ id: _, ...rule }: Subject): Rule {
  return cleanRule(rule);
}

/** Return the rule of a subject that has only a name. */
export function ruleNamed(name: string, role: Role = "competitor"): Rule {
  const terms = name.trim() ? [{ ...EMPTY_TERM, text: name.trim() }] : [];
  return { name, role, terms, exclude: [], context: [], home: [], merged_from: [] };
}

/** Return the rule as it is sent: without what is blank. */
export function cleanRule(rule: Rule): Rule {
  return {
    name: rule.name.trim(),
    role: rule.role,
    terms: rule.terms.map(cleanTerm).filter(({ text }) => text),
    exclude: cleanPhrases(rule.exclude),
    context: cleanPhrases(rule.context),
    home: [...rule.home],
    merged_from: [...rule.merged_from],
  };
}

function cleanTerm({ text, exact, prefix, needs_context, capital }: Term): Term {
  return { text: text.trim(), exact, prefix, needs_context, capital };
}

function cleanPhrases(phrases: string[]): string[] {
  return phrases.map((phrase) => phrase.trim()).filter(Boolean);
}

export function isSameRule(a: Rule, b: Rule): boolean {
  return JSON.stringify(cleanRule(a)) === JSON.stringify(cleanRule(b));
}

const FIELDS: [keyof Rule, string][] = [
  ["name", "name"],
  ["role", "role"],
  ["terms", "names and words"],
  ["exclude", "exclusions"],
  ["context", "context"],
  ["home", "home communities"],
  ["merged_from", "what was merged into it"],
];

/** Return the fields in which two rules differ, as the page names them. */
export function differences(a: Rule, b: Rule): string[] {
  const [left, right] = [cleanRule(a), cleanRule(b)];
  const isOther = (field: keyof Rule) =>
    JSON.stringify(left[field]) !== JSON.stringify(right[field]);
  return FIELDS.filter(([field]) => isOther(field)).map(([, name]) => name);
}

/** Suggest an id for a name: "GitHub Copilot" becomes github-copilot, and -2 if that is taken. */
export function suggestId(name: string, taken: string[]): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, MAX_ID - 3)
    .replace(/^-+|-+$/g, "");
  const base = plain || (name.trim() ? "subject" : "");
  if (!base || !taken.includes(base)) return base;
  for (let number = 2; ; number += 1) {
    const id = `${base}-${number}`;
    if (!taken.includes(id)) return id;
  }
}

/** Return what a pasted text lists: phrases are separated by lines or commas. */
export function splitPhrases(text: string): string[] {
  return text
    .split(/[\n,;]+/)
    .map((phrase) => phrase.trim())
    .filter(Boolean);
}

/** Return the subjects of each role, in the order of the roles. */
export function byRole(subjects: Subject[]): [Role, Subject[]][] {
  const roles = Object.keys(ROLES) as Role[];
  return roles.map((role) => [role, subjects.filter((each) => each.role === role)]);
}
