/** The names of a subject: a row for each, with how it is matched. */

import { useRef } from "preact/hooks";
import type { Term } from "./api";
import { PhraseInput } from "./phrases";
import { EMPTY_TERM } from "./rule";

type Mark = Exclude<keyof Term, "text">;
const MARKS: [Mark, string, string][] = [
  ["exact", "Exact case", "only with these capitals"],
  ["prefix", "Prefix", "also as the beginning of a longer word"],
  ["needs_context", "Needs context", "outside home, only near a context word"],
  ["capital", "Or own capitals", "needs no context where it has these capitals within a sentence"],
];

interface Props {
  terms: Term[];
  /** What is wrong with the term at an index. */
  errors: Map<number, string>;
  /** What is wrong with the terms as a whole. */
  error: string | undefined;
  onChange: (terms: Term[]) => void;
}

export function Terms({ terms, errors, error, onChange }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const focus = (at: number) =>
    requestAnimationFrame(() =>
      list.current?.querySelectorAll<HTMLInputElement>(".edit-chip input")[at]?.focus(),
    );
  const replace = (at: number, ...given: Term[]) =>
    onChange([...terms.slice(0, at), ...given, ...terms.slice(at + 1)]);
  return (
    <fieldset class="terms">
      <legend>Names and words</legend>
      <p class="muted">
        Whole words, in any case; spaces and hyphens are the same: “claude code” finds claude-code
        and ClaudeCode.
      </p>
      {error && (
        <p class="warning" role="alert">
          {error}
        </p>
      )}
      <ul ref={list}>
        {[...terms, EMPTY_TERM].map((term, at) => (
          <li key={at} class="term">
            <PhraseInput
              name={at < terms.length ? `Term ${at + 1}` : "Add: term"}
              isLast={at === terms.length}
              value={term.text}
              error={errors.get(at)}
              onInput={(text) => replace(at, { ...term, text })}
              onPaste={(phrases) => {
                replace(at, ...phrases.map((text) => ({ ...term, text })));
                focus(at + phrases.length);
              }}
              onEnter={() => focus(terms.length)}
              onRemove={() => {
                replace(at);
                focus(Math.max(0, at - 1));
              }}
              onBlur={() => at < terms.length && !term.text.trim() && replace(at)}
            />
            {at < terms.length && (
              <TermMarks term={term} at={at} onChange={(changed) => replace(at, changed)} />
            )}
          </li>
        ))}
      </ul>
      <dl class="muted term-marks-help">
        {MARKS.map(([mark, name, meaning]) => (
          <div key={mark}>
            <dt>{name}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </fieldset>
  );
}

function TermMarks({
  term,
  at,
  onChange,
}: {
  term: Term;
  at: number;
  onChange: (term: Term) => void;
}) {
  return (
    <span class="term-marks" role="group" aria-label={`How term ${at + 1} is matched`}>
      {MARKS.filter(([mark]) => mark !== "capital" || term.needs_context).map(([mark, name]) => (
        <label key={mark} class="chip">
          <input
            type="checkbox"
            checked={term[mark]}
            onChange={({ currentTarget }) => {
              const changed = { ...term, [mark]: currentTarget.checked };
              onChange({ ...changed, capital: changed.capital && changed.needs_context });
            }}
          />
          {name}
        </label>
      ))}
    </span>
  );
}
