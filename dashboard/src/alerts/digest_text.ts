/** What a digest that is sent says of itself, in words. */

import { dateTime } from "../format";
import { CHANNELS } from "./conditions";
import type { Digest, ListedDigest, Weekday } from "./digests_api";

export const WEEKDAYS: Record<Weekday, string> = {
  monday: "Monday",
  tuesday: "Tuesday",
  wednesday: "Wednesday",
  thursday: "Thursday",
  friday: "Friday",
  saturday: "Saturday",
  sunday: "Sunday",
};

const STATUSES: Record<ListedDigest["status"], string> = {
  off: "Off",
  waiting: "None was due yet",
  sending: "Being sent",
  sent: "Sent",
  failed: "Failed",
};

/** Return when a digest is sent: "Every Monday at 08:00 (Europe/Berlin)". */
export function scheduleText({ every, at, weekday, time_zone }: Digest): string {
  const days = every === "day" ? "day" : WEEKDAYS[weekday];
  return `Every ${days} at ${at} (${time_zone})`;
}

/** Return what became of the last one, and when the next one comes. */
export function digestStatus({ status, last_sent_at, next_at }: ListedDigest): string {
  const sent = last_sent_at && `, last taken ${dateTime(last_sent_at)}`;
  const next = next_at && `, the next one ${dateTime(next_at)}`;
  return [STATUSES[status], sent, next].filter(Boolean).join("");
}

/** Return why the last one failed or waits, and which channels take nothing. */
export function digestProblems({ status, status_reason, channels }: ListedDigest): string[] {
  const own = status_reason
    ? [`${status === "failed" ? "The last one failed" : "It is tried again"}: ${status_reason}`]
    : [];
  const broken = channels.flatMap(({ type, broken: reason }) =>
    reason ? [`${CHANNELS[type].name} takes no messages: ${reason}`] : [],
  );
  return [...own, ...broken];
}
