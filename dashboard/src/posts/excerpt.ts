const EXCERPT_CHARS = 420;

/** Return the beginning of a text, without the marks that only its whole form needs. */
export function excerpt(text: string): string {
  const words = text.slice(0, 2 * EXCERPT_CHARS).replace(/^\s*(```\w*|>+|#+)\s*/gm, "");
  return words.slice(0, EXCERPT_CHARS);
}
