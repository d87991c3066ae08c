/** Return a title that can be seen and clicked. Some consist of blanks or control characters. */
export function visibleTitle({ title }: { title: string | null }): string {
  return /[^\p{C}\p{Z}\s]/u.test(title ?? "") ? (title ?? "") : "(no title)";
}
