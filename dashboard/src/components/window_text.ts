/** The window in words. */

import { dayAfter } from "../address";
import { formatSpan, windowName } from "../format";
import { address } from "../navigation";

/** Return the window: "the last 24 hours", or "the 3 days Wed 18 Nov – Fri 20 Nov". */
export function windowText(hours: number): string {
  const { from, to } = address.value;
  if (!from || !to) return `the last ${windowName(hours)}`;
  const length = hours > 24 ? `the ${windowName(hours)}` : "the day";
  return `${length} ${formatSpan(from, dayAfter(to))}`;
}
