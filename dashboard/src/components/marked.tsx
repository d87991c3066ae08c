/** A text with the words marked that name a subject. It is never parsed as HTML. */

import { splitMarked } from "./marks";

export function Marked({ text, words }: { text: string; words: string[] }) {
  return (
    <>
      {splitMarked(text, words).map((part, number) =>
        number % 2 ? <mark key={number}>{part}</mark> : part,
      )}
    </>
  );
}
