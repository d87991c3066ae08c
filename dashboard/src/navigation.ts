/** Navigation: the current address, links, and the browser's history. */

import { signal } from "@preact/signals";
import { type Address, formatAddress, parseAddress, type View } from "./address";

export const address = signal<Address>(parseAddress(location.search));

/** Return the current address with the changes. */
export function href(changes: Partial<Address>): string {
  return formatAddress({ ...address.value, ...changes });
}

/** Go to the address with the changes. `replace` adds no entry to the history. */
export function go(changes: Partial<Address>, { replace = false } = {}): void {
  const before = address.value;
  const to = { ...before, ...changes };
  if (formatAddress(to) === formatAddress(before)) return;
  updateHistory(replace ? "replaceState" : "pushState", formatAddress(to));
  address.value = to;
  if (isOtherView(before, to) && !replace) {
    window.scrollTo(0, 0);
    // The focused link is gone: move the focus to the start of the new view.
    document.getElementById("main")?.focus({ preventScroll: true });
  }
}

/** The views that show one subject, or all. */
const SUBJECT_VIEWS: View[] = ["subjects", "watchlist"];

/** Return whether the addresses show different things: the view, or what the view is about. */
function isOtherView(before: Address, to: Address): boolean {
  if (to.view !== before.view) return true;
  if (to.view === "communities") return to.subreddit !== before.subreddit;
  return SUBJECT_VIEWS.includes(to.view) && to.subject !== before.subject;
}

/** Update the history. Browsers refuse many entries at a time: the view changes all the same. */
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
