/** The dialog that requests the app's function key. */

import { useEffect, useRef } from "preact/hooks";
import { type KeyRequest, keyRequest } from "../function_key";

export function KeyDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = useRef<KeyRequest | undefined>(undefined);
  const request = keyRequest.value;
  useEffect(() => {
    if (!request) return;
    shown.current = request;
    if (!dialog.current?.open) dialog.current?.showModal();
  }, [request]);
  // Escape closes it, too. The event comes late: another request may have begun.
  const giveUp = () => {
    if (!dialog.current?.open && keyRequest.peek() === shown.current) shown.current?.resolve(null);
  };
  return (
    <dialog ref={dialog} aria-labelledby="key-title" onClose={giveUp}>
      <form
        method="dialog"
        onSubmit={(event) => {
          const given = new FormData(event.currentTarget).get("key");
          event.currentTarget.reset();
          if (typeof given === "string" && given.trim()) request?.resolve(given.trim());
        }}
      >
        <h2 id="key-title">A function key is needed</h2>
        {request?.isRefused && (
          <p class="warning" role="alert">
            The app refused this key. Copy it again, whole: keys of other apps don't fit.
          </p>
        )}
        <p class="muted">
          What changes something needs the app's function key, or one that the operator gave you. It
          is kept for this tab only. Locally it stands in <code>.data/keys.json</code>; on Azure
          under the app's keys.
        </p>
        <label>
          Function key
          <input name="key" type="password" autocomplete="off" required />
        </label>
        <div class="dialog-buttons">
          <button type="submit" class="button primary">
            {request?.action ?? "Continue"}
          </button>
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
        </div>
      </form>
    </dialog>
  );
}
