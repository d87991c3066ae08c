/** Text from Reddit, as text: quotes and code are set apart, addresses can be followed. */

const URL_PATTERN = /(https?:\/\/[^\s<>()[\]"]+[^\s<>()[\]".,;:!?'*_])/g;

type Kind = "text" | "quote" | "code";
interface Block {
  kind: Kind;
  lines: string[];
}

export function RichText({ text }: { text: string }) {
  return (
    <div class="words">
      {parseBlocks(text).map((block, number) => {
        const body = block.lines.join("\n").replace(/^\n+|\n+$/g, "");
        if (block.kind === "code") return <pre key={number}>{body}</pre>;
        if (block.kind === "quote") return <blockquote key={number}>{linkify(body)}</blockquote>;
        return body && <p key={number}>{linkify(body)}</p>;
      })}
    </div>
  );
}

/** Tell quotes (lines that begin with >) and code (indented or fenced) from the rest. */
function parseBlocks(text: string): Block[] {
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

function linkify(text: string) {
  return text.split(URL_PATTERN).map((part, number) =>
    number % 2 ? (
      <a key={number} href={part} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
