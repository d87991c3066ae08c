/** What was changed last, and a way back. */

import { useEffect, useRef } from "preact/hooks";
import { useAction } from "../request";
import { undo, undoLast } from "./changes";

export function UndoBar() {
  const { run, isBusy, error } = useAction(undoLast);
  const notice = useRef<HTMLParagraphElement>(null);
  const last = undo.value;
  useEffect(() => {
    // The button of a removed row is gone: the focus goes before the way back, not on it, so that
    // a second Enter undoes nothing.
    if (last && document.activeElement === document.body) notice.current?.focus();
  }, [last]);
  return (
    <div class="undo" role="status">
      {last && (
        <p ref={notice} tabIndex={-1}>
          <span>{error ? error.message : last.done}</span>
          {last.changes.length > 0 && (
            <button type="button" class="button" disabled={isBusy} onClick={run}>
              Undo
            </button>
          )}
          <button
            type="button"
            class="button"
            aria-label="Dismiss"
            onClick={() => {
              undo.value = undefined;
            }}
          >
            ×
          </button>
        </p>
      )}
    </div>
  );
}
