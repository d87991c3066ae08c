/** What a rule and its messages are doing, in words. */

import type { BadParameter } from "../api";
import { dateTime, plural } from "../format";
import type { Channel, CitedItem, Incident, ListedRule, Replay, Rule } from "./api";
import { CHANNELS } from "./conditions";

/** A message that is due is sent within seconds. */
const REREAD_MS = 5_000;

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
  const open =
    open_incidents > 0
      ? `, ${plural(open_incidents, "open incident")}`
      : status === "firing" && ", nothing new";
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

/** Return where a rule's messages go: the person who reads it has the key. */
export function channelsText({ channels }: Rule): string {
  return channels.map(channelText).join(", ") || "no channel: incidents are only listed";
}

function channelText({ type, to, secret }: Channel): string {
  const { name } = CHANNELS[type];
  if (to === null) return `${name} (${secret})`;
  return `${name} (${type === "email" ? to : (hostOf(to) ?? to)})`;
}

function hostOf(to: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i.exec(to)?.[1];
}

/** Return a rule's quiet hours with their zone; nothing where it has none. */
export function quietText({ quiet_hours: quiet, time_zone }: Rule): string {
  return quiet ? `quiet from ${quiet.from} to ${quiet.to}, ${time_zone}` : "";
}

/** Return the milliseconds until a message that waits may be sent; undefined: none waits. */
export function waitFor(found: Incident | undefined, now: number): number | undefined {
  const due = (found?.deliveries ?? [])
    .filter(({ status }) => status === "waiting")
    .map((each) => Date.parse(each.due) - now);
  return due.length ? Math.max(REREAD_MS, Math.min(...due)) : undefined;
}

/** What became known at a time, with all items that were found then. */
interface Look {
  at: string;
  event: Incident["updates"][number]["event"];
  sentence: string | undefined;
  items: CitedItem[];
}

/**
 * Return what was known when, oldest first. What was found at one time is one look: a search
 * finds an item each time, and one evaluation up to 20 of them.
 */
export function looksOf(updates: Incident["updates"]): Look[] {
  const looks: Look[] = [];
  for (const { at, event, finding, reason } of updates) {
    const last = looks.at(-1);
    const items = finding?.items ?? [];
    if (finding && last?.at === at && last.sentence !== undefined && event === "updated") {
      last.items.push(...items);
    } else {
      looks.push({
        at,
        event,
        sentence: finding?.sentence ?? reason ?? undefined,
        items: [...items],
      });
    }
  }
  return looks;
}

/** Return what a trial found, in a sentence: hours that can't be judged say nothing of messages. */
export function trialText({ days, evaluated, unknown, messages }: Replay): string {
  const span = `the last ${plural(days, "day")}`;
  return unknown === evaluated
    ? `Nothing of ${span} can be judged, so what it would have sent isn't known.`
    : `Over ${span} it would have sent ${plural(messages.length, "message")}.`;
}

const FIELDS: Record<string, string> = { scope: "About", channels: "Channel" };

/** Return a refusal for the form, whose parameter is a JSON pointer such as /channels/0/to. */
export function refusalText({ parameter, detail, takes }: BadParameter): string {
  const [, field = "", place] = parameter.split("/");
  const name = FIELDS[field] ?? field.charAt(0).toUpperCase() + field.slice(1).replace("_", " ");
  const number = /^\d+$/.test(place ?? "") ? ` ${Number(place) + 1}` : "";
  return `${name && `${name}${number}: `}${detail}; it takes ${takes}`;
}
