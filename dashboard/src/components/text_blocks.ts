/** The blocks of an item's text: paragraphs, quotes and code. */

type Kind = "text" | "quote" | "code";
export interface Block {
  kind: Kind;
  lines: string[];
}

/** Separate quotes (lines that begin with >) and code (indented or fenced) from the rest. */
export function parseBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let fenced = false;
  for (const line of text.split("\n")) {
    const isFence = /^\s*(```|~~~)/.test(line);
    if (isFence) fenced = !fenced;
    const kind: Kind =
      fenced || isFence || /^( {4}|\t)\S/.test(line)
        ? "code"
        : /^\s*>(?!!)/.test(line)
          ? "quote"
          : "text";
    const shown = kind === "quote" ? line.replace(/^\s*>\s?/, "") : line;
    const last = blocks.at(-1);
    if (last?.kind === kind) last.lines.push(...(isFence ? [] : [shown]));
    else blocks.push({ kind, lines: isFence ? [] : [shown] });
  }
  return blocks.filter((block) => block.lines.some((line) => line.trim()));
}
