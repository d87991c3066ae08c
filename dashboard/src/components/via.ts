/** How an item is about a subject, in words. */

import type { Via } from "../api";

export const VIA_NAMES: Record<Via, string> = {
  text: "by name",
  thread: "in its thread",
  home: "in its home",
};
