/** The methods that scored what is shown. Averages over several methods don't compare. */

import type { Post } from "../api";

type Said = Post["sentiment"];

/** Return the names of all methods, sorted. */
export function methodNames(scored: { methods: Record<string, number> }[]): string[] {
  return [...new Set(scored.flatMap(({ methods }) => Object.keys(methods)))].sort();
}

export function methodName({ method, version }: Pick<Said, "method" | "version">): string {
  return version ? `${method} ${version}` : method;
}

interface Props {
  /** The names, where they are known. */
  methods?: string[];
  isMixed?: boolean;
}

/** Warn of several methods; show nothing for one. */
export function MixedMethods({ methods = [], isMixed = methods.length > 1 }: Props) {
  if (!isMixed) return null;
  return (
    <div class="banner calm" role="note" aria-label="Several methods">
      <p>
        <b>Not all of this was scored by one method</b>, but by {joinNames(methods)}. They judge the
        same words differently: where averages mix them, or one is set against the other, a
        difference needn't be one of mood. After the next collection all is scored again by the
        current method; <code>python -m local rescore</code> does it now.
      </p>
    </div>
  );
}

function joinNames(names: string[]): string {
  if (names.length < 2) return "several";
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

const MARKS = { other: "not in English", none: "no words of its own" };

/** Mark a text that isn't in English, or has no words to score. */
export function Language({ language }: { language: Post["language"] }) {
  if (!language || language === "en") return null;
  return <span class="language">{MARKS[language]}</span>;
}
