/** Give a title that can be seen, and so be pressed: some are made of blanks or signs of control. */
export function visibleTitle({ title }: { title: string | null }): string {
  return /[^\p{C}\p{Z}\s]/u.test(title ?? "") ? (title ?? "") : "(no title)";
}
