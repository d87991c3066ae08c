/** The header of the page: its views, and the state of collection. */

import { useEffect, useRef } from "preact/hooks";
import { type Address, NO_FILTER, VIEWS, type View } from "../address";
import { newQuestion } from "../ask/text";
import { hasBadSetting, unreachableSince } from "../connection";
import { health, isFirstRun, lastEnded, now, running } from "../cycles";
import { age, timeOfDay } from "../format";
import { address } from "../navigation";
import { useCommunities } from "../queries";
import { Link } from "./link";
import { isOverlayOpen } from "./overlay";

const NAMES: Record<View, string> = {
  subjects: "Subjects",
  ask: "Ask",
  digest: "Digest",
  communities: "Communities",
  compare: "Compare",
  trending: "Trending",
  posts: "Posts",
  collection: "Collection",
  watchlist: "Watchlist",
  alerts: "Alerts",
};
/** So much of the tab before the current one stays in sight. */
const TAB_MARGIN = 60;
const HOME = { view: "subjects", subject: null, subreddit: null } as const;

/** Return where the tab of a view leads. The chosen subject and community stay where it takes them. */
function tabAddress(view: View): Partial<Address> {
  // The watchlist also opens subjects that don't exist yet.
  const isLeft = address.value.view === "watchlist" || view === "communities";
  const scope = view === "subjects" ? HOME : isLeft ? { subject: null } : {};
  // The digest is of all subjects; its tab leads to the newest one.
  if (view === "digest")
    return { view, subject: null, subreddit: null, until: null, post: null, ...NO_FILTER };
  if (view === "ask") return newQuestion();
  const isKept = view === "posts" && address.value.view !== "ask";
  return { view, ...scope, post: null, ...(isKept ? {} : NO_FILTER) };
}

export function Header() {
  const { view } = address.value;
  const tabs = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen the tabs scroll, and the current one may be out of sight.
    const current = tabs.current?.querySelector<HTMLElement>("[aria-current]");
    if (tabs.current && current) tabs.current.scrollLeft = current.offsetLeft - TAB_MARGIN;
  }, [view]);
  return (
    <header class="page-header" inert={isOverlayOpen.value}>
      <div class="page-header-row">
        <Link class="brand" to={{ ...HOME, post: null, ...NO_FILTER }}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M4 19c4 0 4-10 8-10s4 14 8 14 4-8 8-8" />
          </svg>
          Undertone
        </Link>
        <nav aria-label="Views" class="tabs" ref={tabs}>
          {VIEWS.map((each) => (
            <Link
              key={each}
              to={tabAddress(each)}
              {...(each === view ? { "aria-current": "page" as const } : {})}
            >
              {NAMES[each]}
            </Link>
          ))}
        </nav>
        <CollectionStatus />
      </div>
    </header>
  );
}

/** The state of collection: the age of the data, or the progress of the running cycle. */
function CollectionStatus() {
  const names = useCommunities();
  const last = health.value?.application.last_collection_at;
  const cycle = running.value;
  const status = health.value?.status;
  const ended = lastEnded.value;
  let text = "Waiting for the server";
  let kind = "idle";
  if (hasBadSetting.value) {
    kind = "bad";
    text = "A setting is bad";
  } else if (unreachableSince.value !== null) {
    kind = "bad";
    text = `No answer since ${timeOfDay(unreachableSince.value)}`;
  } else if (cycle) {
    kind = "busy";
    text = `Collecting ${cycle.subreddits_processed.length} of ${names.data?.count ?? "…"}`;
  } else if (status === "unhealthy") {
    kind = "bad";
    text = "Database unreachable";
  } else if (status === "starting") {
    text = "Starting: opening the database";
  } else if (isFirstRun.value) text = "Nothing collected yet";
  else if (ended?.status === "failed") {
    kind = "bad";
    text = last ? `Collection fails; last ${age(last, now.value)}` : "Collection fails";
  } else if (last) {
    kind = status === "degraded" ? "bad" : ended?.errors.length ? "partly" : "good";
    text = `${kind === "partly" ? "Collected in part" : "Collected"} ${age(last, now.value)}`;
  } else if (status) text = "Nothing collected yet";
  return (
    <Link class={`collection-status ${kind}`} to={{ view: "collection", post: null, ...NO_FILTER }}>
      <span class="dot" aria-hidden="true" />
      <span>{text}</span>
    </Link>
  );
}
