/** Editable chips: one input for each phrase, and an empty one at the end. */

import { useRef, useState } from "preact/hooks";
import { count } from "../format";
import { splitPhrases } from "./rule";

/** Rules of ambiguous names have a hundred phrases. */
const MAX_SHOWN = 20;

interface Props {
  legend: string;
  /** The name of one phrase: "Exclusion". */
  one: string;
  help: string;
  values: string[];
  /** What is wrong with the phrase at an index. */
  errors: Map<number, string>;
  /** What is wrong with the phrases as a whole. */
  error: string | undefined;
  onChange: (values: string[]) => void;
}

export function Phrases({ legend, one, help, values, errors, error, onChange }: Props) {
  const list = useRef<HTMLUListElement>(null);
  const [isOpen, setOpen] = useState(values.length <= MAX_SHOWN);
  const known = useRef(values.length);
  const isWhole = isOpen || errors.size > 0;
  // What is typed at the end stays in sight.
  const isShown = (at: number) => isWhole || at < MAX_SHOWN || at >= known.current;
  const focus = (at: number) =>
    requestAnimationFrame(() =>
      list.current?.querySelector<HTMLInputElement>(`[data-at="${at}"] input`)?.focus(),
    );
  const replace = (at: number, ...phrases: string[]) =>
    onChange([...values.slice(0, at), ...phrases, ...values.slice(at + 1)]);
  return (
    <fieldset class="phrases">
      <legend>{legend}</legend>
      <p class="muted">{help}</p>
      {error && (
        <p class="warning" role="alert">
          {error}
        </p>
      )}
      <ul ref={list}>
        {[...values, ""].map(
          (value, at) =>
            isShown(at) && (
              <li key={at} data-at={at}>
                <PhraseInput
                  name={at < values.length ? `${one} ${at + 1}` : `Add: ${one.toLowerCase()}`}
                  isLast={at === values.length}
                  value={value}
                  error={errors.get(at)}
                  onInput={(text) => replace(at, text)}
                  onPaste={(phrases) => {
                    replace(at, ...phrases);
                    focus(at + phrases.length);
                  }}
                  onEnter={() => focus(values.length)}
                  onRemove={() => {
                    if (at < known.current) known.current -= 1;
                    replace(at);
                    focus(Math.max(0, at - 1));
                  }}
                  onBlur={() => at < values.length && !value.trim() && replace(at)}
                />
              </li>
            ),
        )}
        {!isWhole && (
          <li>
            <button type="button" class="button" onClick={() => setOpen(true)}>
              Show {count(known.current - MAX_SHOWN)} more
            </button>
          </li>
        )}
      </ul>
    </fieldset>
  );
}

interface InputProps {
  name: string;
  isLast: boolean;
  value: string;
  error: string | undefined;
  onInput: (text: string) => void;
  onPaste: (phrases: string[]) => void;
  onEnter: () => void;
  onRemove: () => void;
  onBlur: () => void;
}

/** One chip. Enter goes to the empty one, Backspace removes an emptied one. */
export function PhraseInput(props: InputProps) {
  const { name, isLast, value, error } = props;
  return (
    <>
      <span class={`edit-chip ${isLast ? "last" : ""} ${error ? "bad" : ""}`}>
        <input
          aria-label={name}
          aria-invalid={Boolean(error)}
          placeholder={isLast ? "Add…" : ""}
          maxLength={200}
          // Browsers that don't fit an input to its text size it by its characters.
          size={Math.max(6, Math.min(30, value.length + 1))}
          value={value}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => props.onInput(currentTarget.value)}
          onPaste={(event) => {
            const phrases = splitPhrases(event.clipboardData?.getData("text") ?? "");
            if (phrases.length < 2) return;
            event.preventDefault();
            props.onPaste([...(value.trim() ? [value] : []), ...phrases]);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.isComposing) {
              event.preventDefault();
              props.onEnter();
            } else if (event.key === "Backspace" && !value && !isLast) {
              event.preventDefault();
              props.onRemove();
            }
          }}
          onBlur={props.onBlur}
        />
        {!isLast && (
          <button type="button" aria-label={`Remove ${value || name}`} onClick={props.onRemove}>
            ×
          </button>
        )}
      </span>
      {error && (
        <span class="warning" role="alert">
          {error}
        </span>
      )}
    </>
  );
}
