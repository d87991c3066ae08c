/** What a rule is doing, in words. */

import { dateTime, plural } from "../format";
import type { ListedRule } from "./api";
import { CHANNELS } from "./conditions";

const STATUSES: Record<ListedRule["status"], string> = {
  ok: "Nothing found",
  firing: "Firing",
  recovering: "Recovering",
  silenced: "Silenced",
  no_data: "Can't be judged",
  broken: "Broken",
  off: "Off",
  waiting: "Not evaluated yet",
};

/** Return what a rule is doing: its status, since when, until when it is silent, what is open. */
export function statusText(rule: ListedRule): string {
  const { status, status_since, silenced_until, open_incidents } = rule;
  const since = status_since && ` since ${dateTime(status_since)}`;
  const until = silenced_until && ` until ${dateTime(silenced_until)}`;
  const silent = status === "silenced" ? until : until && `, silent${until}`;
  const open = open_incidents > 0 && `, ${plural(open_incidents, "open incident")}`;
  return [STATUSES[status], since, silent, open].filter(Boolean).join("");
}

/** Return why a rule is broken, or a channel of it. */
export function problemsOf({ status, status_reason, channels }: ListedRule): string[] {
  const own = status === "broken" && status_reason ? [status_reason] : [];
  const broken = channels.flatMap(({ type, broken: reason }) =>
    reason ? [`${CHANNELS[type].name} takes no messages: ${reason}`] : [],
  );
  return [...own, ...broken];
}
