/** A text with the words marked that name a subject or decided its label. It is never HTML. */

import { splitByMark } from "./marks";

interface Props {
  text: string;
  words: string[];
  /** The words that decided a label. */
  deciding?: string[];
}

export function Marked({ text, words, deciding = [] }: Props) {
  return (
    <>
      {splitByMark(text, words, deciding).map((part, number) =>
        part.mark ? (
          <mark key={number} class={part.mark}>
            {part.text}
          </mark>
        ) : (
          part.text
        ),
      )}
    </>
  );
}
