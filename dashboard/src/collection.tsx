/** Collection: a button to start it, the running cycle, and the last ones. */

import { NO_FILTER } from "./address";
import type { Backfill, Cycle } from "./api";
import { Age } from "./components/age";
import { DataState, EmptyNote, ErrorNote, Skeleton } from "./components/data_state";
import { Link } from "./components/link";
import { Outages, sinceText } from "./components/outages";
import { ScoringCard } from "./components/scoring";
import { ScrollRegion } from "./components/scroll_region";
import { unreachableSince } from "./connection";
import { collectNow, cycles, health, now, pollError, requested, running } from "./cycles";
import {
  age,
  communityName,
  count,
  dateTime,
  duration,
  NO_VALUE,
  plural,
  requestsText,
  sourceCounts,
  sourceName,
} from "./format";
import { withKey } from "./function_key";
import { useCommunities, useWatched } from "./queries";
import { useAction } from "./request";
import { RematchCard } from "./watchlist/rematching";

const TRIGGERS = { timer: "by schedule", request: "on request", cli: "by hand" };
const SIGNS = { failed: "✗", done: "✓", waits: "·" };
const STATES = { failed: "failed", done: "is done", waits: "waits" };
const DAY = 24 * 3600 * 1000;

export function Collection() {
  return (
    <div class="collection">
      <div class="bar">
        <h1>Collection</h1>
        <p class="muted">
          {health.value &&
            `Next by schedule ${age(health.value.application.next_collection_at, now.value)}`}
        </p>
      </div>
      <Outages />
      <CollectNow />
      {requested.value && (
        <Waiting message={requested.value.message} isLate={requested.value.isLate} />
      )}
      {running.value && <Progress cycle={running.value} />}
      <RematchCard />
      <ScoringCard />
      <section class="card" aria-labelledby="cycles">
        <h2 id="cycles">The last cycles</h2>
        <History />
      </section>
      <section class="card" aria-labelledby="watched">
        <h2 id="watched">Watched communities</h2>
        <Watched />
      </section>
    </div>
  );
}

function CollectNow() {
  const { run, isBusy, error } = useAction(() => withKey("Collect now", collectNow));
  const isRequested = requested.value?.isLate === false;
  return (
    <div class="collect-now">
      <button
        type="button"
        class="button primary"
        disabled={isBusy || isRequested || Boolean(running.value)}
        onClick={run}
      >
        {running.value ? "Collecting…" : isRequested ? "Asked for…" : "Collect now"}
      </button>
      <p role="status">{error?.message}</p>
    </div>
  );
}

/** A collection that was requested and hasn't begun. */
function Waiting({ message, isLate }: { message: string; isLate: boolean }) {
  return (
    <section class="card" aria-labelledby="waiting">
      <h2 id="waiting">Asked for</h2>
      <p role="status" class={isLate ? "warning" : "muted"}>
        {message}
      </p>
    </section>
  );
}

/** The progress of the running cycle. */
function Progress({ cycle }: { cycle: Cycle }) {
  const names = useCommunities().data?.subreddits ?? [];
  const done = cycle.subreddits_processed;
  const failed = new Set([
    ...cycle.errors.map((error) => error.subreddit),
    ...Object.entries(cycle.subreddits).flatMap(([name, { error }]) => (error ? [name] : [])),
  ]);
  return (
    <section class="card progress" aria-labelledby="progress">
      <div class="card-head">
        <h2 id="progress">Under way</h2>
        <p role="status">
          {done.length} of {names.length || "…"} communities, {plural(cycle.new, "new item")},{" "}
          {requestsText(cycle.requests)}
        </p>
      </div>
      <progress aria-labelledby="progress" max={Math.max(1, names.length)} value={done.length} />
      {cycle.errors.map((error, number) => (
        <p class="warning" key={number}>
          {error.subreddit && `${communityName(error.subreddit)}: `}
          {error.message}
        </p>
      ))}
      <ul class="steps">
        {names.map((name) => {
          const state = failed.has(name) ? "failed" : done.includes(name) ? "done" : "waits";
          return (
            <li key={name} class={state}>
              <span aria-hidden="true">{SIGNS[state]}</span> {communityName(name)}
              <span class="hidden"> {STATES[state]}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function History() {
  const listed = cycles.value;
  const error = pollError.value;
  // The banner says it of a server that doesn't answer.
  if (!listed && error && unreachableSince.value === null) return <ErrorNote error={error} />;
  if (!listed) return <Skeleton height={44} rows={4} />;
  if (!listed.length) return <EmptyNote title="No cycle has run yet." />;
  return (
    <ScrollRegion name="The last collection cycles, newest first">
      <table class="wide">
        <thead>
          <tr>
            <th scope="col">Began</th>
            <th scope="col">Status</th>
            <th scope="col">Took</th>
            <th scope="col">New posts</th>
            <th scope="col">New comments</th>
            <th scope="col">Edited</th>
            <th scope="col">Moved</th>
            <th scope="col">Removed</th>
            <th scope="col">Requests</th>
            <th scope="col" class="errors">
              Errors
            </th>
          </tr>
        </thead>
        <tbody>
          {listed.map((cycle, number) => (
            <CycleRow key={cycle.id} cycle={cycle} before={listed[number + 1]} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function CycleRow({ cycle, before }: { cycle: Cycle; before: Cycle | undefined }) {
  const ended = cycle.end_time;
  // The end of an orphaned cycle may be unknown.
  const until = ended ? Date.parse(ended) : cycle.status === "running" ? now.value : null;
  const failed = cycle.errors.length > 0;
  // Most new posts of a cycle were written after the one before.
  const since =
    before && ({ view: "posts", ...NO_FILTER, start: before.start_time, end: ended } as const);
  return (
    <tr>
      <th scope="row">
        <time dateTime={cycle.start_time}>{dateTime(cycle.start_time)}</time>{" "}
        <span class="muted">{TRIGGERS[cycle.trigger]}</span>
      </th>
      <td>
        <span class={`status ${cycle.status === "completed" && failed ? "partly" : cycle.status}`}>
          {cycle.status === "completed" && failed ? "completed in part" : cycle.status}
        </span>
      </td>
      <td>{until === null ? NO_VALUE : duration((until - Date.parse(cycle.start_time)) / 1000)}</td>
      <td>
        {since && cycle.posts_collected ? (
          <Link to={since}>{count(cycle.posts_collected)}</Link>
        ) : (
          count(cycle.posts_collected)
        )}
      </td>
      <td>{count(cycle.comments_collected)}</td>
      <td>{count(cycle.edited)}</td>
      <td>{count(cycle.moved)}</td>
      <td>{count(cycle.removed)}</td>
      <td>
        <Requests cycle={cycle} />
      </td>
      <td class="errors">
        {failed ? (
          <ul>
            {cycle.errors.map((error, number) => (
              <li key={number}>
                {error.subreddit && <b>{communityName(error.subreddit)}: </b>}
                {error.message}
              </li>
            ))}
          </ul>
        ) : (
          "none"
        )}
      </td>
    </tr>
  );
}

/** The number of requests; one for each source where there are several. */
function Requests({ cycle }: { cycle: Cycle }) {
  const counts = sourceCounts(cycle.requests);
  if (counts.length < 2) return <>{count(counts[0]?.used ?? 0)}</>;
  return (
    <ul>
      {counts.map(({ source, used, outcome }) => (
        <li key={source}>
          {count(used)} <span class="muted">{source}</span>
          {outcome === "failed" && ", failed"}
        </li>
      ))}
    </ul>
  );
}

function Watched() {
  const watched = useWatched();
  return (
    <DataState state={watched} skeleton={<Skeleton height={36} rows={6} />}>
      {({ details }) => (
        <ScrollRegion name="The watched communities, and when each was collected">
          <table>
            <thead>
              <tr>
                <th scope="col">Community</th>
                <th scope="col">Items in 24 hours</th>
                <th scope="col">Collected</th>
                <th scope="col">Past</th>
                <th scope="col">Source</th>
                <th scope="col" class="errors">
                  Last error
                </th>
              </tr>
            </thead>
            <tbody>
              {details.map((each) => (
                <tr key={each.community}>
                  <th scope="row" class="community">
                    <Link to={{ view: "communities", subject: null, subreddit: each.community }}>
                      {communityName(each.community)}
                    </Link>
                  </th>
                  <td>
                    <Link
                      to={{
                        view: "posts",
                        subreddit: each.community,
                        hours: 24,
                        from: null,
                        to: null,
                        ...NO_FILTER,
                        kind: "items",
                      }}
                    >
                      {count(each.items_24h)}
                    </Link>
                  </td>
                  <td>
                    {each.last_collected_at ? <Age time={each.last_collected_at} /> : "never"}
                  </td>
                  <td>
                    <Past backfill={each.backfill} />
                  </td>
                  <td>{sourceName(each.source)}</td>
                  <td class="errors">
                    {each.failing_since &&
                      `${each.failing_kind} since ${sinceText(each.failing_since, now.value)}: `}
                    {each.last_error ?? "none"}
                    {each.releases?.error && <p class="warning">Releases: {each.releases.error}</p>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </DataState>
  );
}

/** How far the reading of a community's past has come. */
function Past({ backfill }: { backfill: Backfill | null }) {
  if (!backfill) return <>{NO_VALUE}</>;
  const { status, since, until, reached, items, error } = backfill;
  const read = plural(items, "item");
  if (status === "done") {
    return (
      <>
        since {dateTime(since)} <span class="muted">{read}</span>
      </>
    );
  }
  const span = Date.parse(until) - Date.parse(since);
  const done = reached ? (Date.parse(until) - Date.parse(reached)) / Math.max(1, span) : 0;
  return (
    <>
      {status === "running" ? "read" : status}: {Math.round(100 * done)}% of{" "}
      {plural(Math.round(span / DAY), "day")} <span class="muted">{read}</span>
      {error && <p class="warning">{error}</p>}
    </>
  );
}
