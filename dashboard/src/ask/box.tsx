/** The box for a question. */

import { useEffect, useRef, useState } from "preact/hooks";
import { MAX_QUESTION } from "../address";
import { BOX_ID, takesFocus } from "./shortcut";

interface Props {
  /** The question that is answered; empty: none. */
  question: string;
  onAsk: (question: string) => void;
}

export function Box({ question, onAsk }: Props) {
  const [typed, setTyped] = useState(question);
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(question), [question]);
  useEffect(() => {
    if (takesFocus()) box.current?.focus();
  }, []);
  return (
    <form
      class="ask-form"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        const asked = typed.trim();
        if (asked) onAsk(asked);
        else box.current?.focus();
      }}
    >
      <label for={BOX_ID}>Your question, in English</label>
      <input
        ref={box}
        id={BOX_ID}
        type="text"
        enterkeyhint="send"
        autocomplete="off"
        maxLength={MAX_QUESTION}
        aria-keyshortcuts="/"
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <button type="submit" class="button primary">
        Ask
      </button>
    </form>
  );
}
