/** Where the page is: its address, links to others, and the way there. */

import { signal } from "@preact/signals";
import { type Address, formatAddress, parseAddress } from "./address";

export const address = signal<Address>(parseAddress(location.search));

/** The address that differs from this one by so much. */
export function href(changes: Partial<Address>): string {
  return formatAddress({ ...address.value, ...changes });
}

/** Go there; replace: as a correction of this address, not as a step to go back to. */
export function go(changes: Partial<Address>, { replace = false } = {}): void {
  const before = address.value;
  const to = { ...before, ...changes };
  if (formatAddress(to) === formatAddress(before)) return;
  updateHistory(replace ? "replaceState" : "pushState", formatAddress(to));
  address.value = to;
  const isOther =
    to.view !== before.view || (to.view === "overview" && to.subreddit !== before.subreddit);
  if (isOther && !replace) {
    window.scrollTo(0, 0);
    // What was pressed is gone: who goes by keyboard begins where the new view does.
    document.getElementById("main")?.focus({ preventScroll: true });
  }
}

/** Browsers refuse when a page makes many steps in a short time: what is shown changes all the same. */
function updateHistory(kind: "replaceState" | "pushState", to: string): void {
  try {
    history[kind](null, "", to);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

window.addEventListener("popstate", () => {
  address.value = parseAddress(location.search);
});
