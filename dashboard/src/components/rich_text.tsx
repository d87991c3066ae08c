/** The text of an item with its quotes, code and links. It is never parsed as HTML. */

import { Marked } from "./marked";
import { parseBlocks } from "./text_blocks";

const URL_PATTERN = /(https?:\/\/[^\s<>()[\]"]+[^\s<>()[\]".,;:!?'*_])/g;

interface Props {
  text: string;
  /** Words to mark: those that name the chosen subject. */
  words?: string[];
  /** Words to mark otherwise: those that decided its labels. */
  deciding?: string[];
}

export function RichText({ text, words = [], deciding = [] }: Props) {
  return (
    <div class="words">
      {parseBlocks(text).map((block, number) => {
        const body = block.lines.join("\n").replace(/^\n+|\n+$/g, "");
        if (block.kind === "code") return <pre key={number}>{body}</pre>;
        if (block.kind === "quote")
          return <blockquote key={number}>{linkify(body, [], [])}</blockquote>;
        return body && <p key={number}>{linkify(body, words, deciding)}</p>;
      })}
    </div>
  );
}

function linkify(text: string, words: string[], deciding: string[]) {
  return text.split(URL_PATTERN).map((part, number) =>
    number % 2 ? (
      <a key={number} href={part} target="_blank" rel="noopener noreferrer nofollow">
        {part}
      </a>
    ) : (
      <Marked key={number} text={part} words={words} deciding={deciding} />
    ),
  );
}
