/** A button that copies the address of the page. */

import { useEffect, useState } from "preact/hooks";
import { address, href } from "../navigation";

type State = "ready" | "copied" | "failed";

const TEXTS: Record<State, string> = {
  ready: "Copy the link",
  copied: "Copied",
  failed: "Copy it from the address bar",
};

export function CopyLink() {
  const [state, setState] = useState<State>("ready");
  useEffect(() => setState("ready"), [address.value]);
  return (
    <button type="button" class="button ask-copy" onClick={async () => setState(await copy())}>
      <span aria-live="polite">{TEXTS[state]}</span>
    </button>
  );
}

/** Browsers have no clipboard on pages without TLS, and people may refuse it. */
async function copy(): Promise<State> {
  try {
    await navigator.clipboard.writeText(new URL(href({}), location.href).href);
    return "copied";
  } catch {
    return "failed";
  }
}
