/** The sources and communities that can't be collected: since when, and why. */

import type { Outage } from "../api";
import { health, now } from "../cycles";
import { communityName, dateTime, timeOfDay } from "../format";

const DAY_MS = 24 * 3_600_000;
/** More names don't help: Collection lists them all. */
const MAX_NAMES = 5;

/** Say of each reason once which communities fail. */
export function Outages() {
  const failing = health.value?.sources ?? [];
  if (!failing.length) return null;
  return (
    <section class="outages" aria-label="Not collected">
      {failing.map((outage) => (
        <p class="warning" key={outage.source + outage.kind + outage.reason}>
          {outageText(outage, now.value)}
        </p>
      ))}
    </section>
  );
}

/** Return "Blocked since 14:05: Discourse answers 403 to this address (forum.cursor)". */
export function outageText({ kind, since, reason, communities }: Outage, at: number): string {
  const named = communities.slice(0, MAX_NAMES).map(communityName);
  const more = communities.length - named.length;
  const names = named.join(", ") + (more > 0 ? ` and ${more} more` : "");
  return `${kindName(kind)} since ${sinceText(since, at)}: ${reason} (${names})`;
}

/** Return the time of day, with its date where that is over a day ago. */
export function sinceText(since: string, at: number): string {
  return at - Date.parse(since) < DAY_MS ? timeOfDay(Date.parse(since)) : dateTime(since);
}

function kindName(kind: string): string {
  const words = kind.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
