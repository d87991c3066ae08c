/** The text of an item with its quotes, code and links. It is never parsed as HTML. */

import { parseBlocks } from "./text_blocks";

const URL_PATTERN = /(https?:\/\/[^\s<>()[\]"]+[^\s<>()[\]".,;:!?'*_])/g;

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
