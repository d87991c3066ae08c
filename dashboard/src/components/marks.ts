/** Where the words that name a subject stand in a text. */

/** Return a pattern of the words as the API gives them; null: there are none. */
function pattern(words: string[]): RegExp | null {
  const escaped = words
    .map((word) => word.trim())
    .filter(Boolean)
    // The longest of overlapping words is marked.
    .sort((one, other) => other.length - one.length)
    .map((word) =>
      word
        .split(/\s+/)
        .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
        .join("\\s+"),
    );
  if (!escaped.length) return null;
  // Only whole words: "Zed" isn't marked in "Zedd", whatever the script.
  return new RegExp(`(?<![\\p{L}\\p{N}_])(${escaped.join("|")})(?![\\p{L}\\p{N}_])`, "gu");
}

/** Split the text at its marked words: every second part is one. */
export function splitMarked(text: string, words: string[]): string[] {
  const found = pattern(words);
  return found ? text.split(found) : [text];
}

export interface Part {
  text: string;
  /** Why it is marked; null: it isn't. */
  mark: "name" | "deciding" | null;
}

/** Split the text at the words that name a subject, and at those that decided its label. */
export function splitByMark(text: string, names: string[], deciding: string[]): Part[] {
  return splitMarked(text, names)
    .flatMap((own, number): Part[] =>
      number % 2
        ? [{ text: own, mark: "name" }]
        : splitMarked(own, deciding).map((part, place) => ({
            text: part,
            mark: place % 2 ? "deciding" : null,
          })),
    )
    .filter((part) => part.text);
}

/** Return where the first marked word begins; null: nowhere. */
export function firstMark(text: string, words: string[]): number | null {
  const [before, marked] = splitMarked(text, words);
  return marked === undefined ? null : (before ?? "").length;
}
