const EXCERPT_CHARS = 420;
/** What stands before the first marked word: it must be in the two lines that are shown. */
const BEFORE_CHARS = 40;

/** Return the beginning of a text, without the marks that only its whole form needs. */
export function excerpt(text: string): string {
  const words = text.slice(0, 2 * EXCERPT_CHARS).replace(/^\s*(```\w*|>+|#+)\s*/gm, "");
  return words.slice(0, EXCERPT_CHARS);
}

/** Return the part of a text around a place; null: its beginning. */
export function excerptAt(text: string, place: number | null): string {
  if (place === null || place <= BEFORE_CHARS) return excerpt(text);
  const blank = text.indexOf(" ", place - BEFORE_CHARS);
  const from = blank < 0 || blank > place ? place : blank + 1;
  return `…${excerpt(text.slice(from))}`;
}
