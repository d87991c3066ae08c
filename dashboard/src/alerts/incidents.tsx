/** An incident: what was found, what was known when, and what was sent. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api";
import { ErrorNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { ScrollRegion } from "../components/scroll_region";
import { dateTime, plural } from "../format";
import { useCommunities } from "../queries";
import { settle, useAction } from "../request";
import { FieldError } from "../watchlist/fields";
import {
  acknowledge,
  type CitedItem,
  fetchIncident,
  type Incident,
  type IncidentSummary,
  type SnoozeOf,
  snooze,
  useIncidents,
} from "./api";
import { CHANNELS } from "./conditions";
import { looksOf, waitFor } from "./status";

const SNOOZES = [
  [1, "an hour"],
  [4, "four hours"],
  [24, "a day"],
  [168, "a week"],
] as const;
const SNOOZED = [
  ["incident", "this incident"],
  ["rule", "everything of its rule"],
] as const;
const MINUTES_OF_HOUR = 60;
const HOURS_OF_DAY = 24;
/** The items that a message cites at most. */
const MAX_CITED = 5;

/** The ids of tests, which docs/api.md describes. */
const TEST_ID = /\.test-[0-9a-f]{8}$/;

/** An incident of its own page, with all that is known of it. */
export function OneIncident({ id }: { id: string }) {
  // The list is watched for its age: an incident that changes is read again.
  const listed = useIncidents().data?.list.find((each) => each.id === id);
  const { found, error } = useIncident(id, listed?.updated ?? "");
  if (error) return <ErrorNote error={error} />;
  if (!found) return <Skeleton height={52} rows={3} />;
  return (
    <section class="card" aria-label={found.rule_name}>
      <ul class="incident-rows">
        <IncidentRow incident={found} isOpenAtFirst />
      </ul>
    </section>
  );
}

interface RowProps {
  incident: IncidentSummary;
  isOpenAtFirst?: boolean;
}

export function IncidentRow({ incident, isOpenAtFirst = false }: RowProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const { status, rule_name, scope_name, sentence, opened, view, deliveries_by_status } = incident;
  const failed = deliveries_by_status.failed ?? 0;
  const isTest = TEST_ID.test(incident.id);
  const state = isTest ? "Test" : status === "open" ? "Open" : "Closed";
  return (
    <li class={`incident ${status}`}>
      <p class="incident-head">
        <span class="incident-state">{state}</span>
        <strong>{rule_name}</strong>
        <span class="muted">
          {scope_name} · {isTest ? dateTime(opened) : sinceText(incident)}
        </span>
      </p>
      <p>
        {sentence} {!isTest && <a href={view}>Look at what it is about</a>}
      </p>
      {failed > 0 && (
        <p class="warning">{plural(failed, "message")} could not be sent; the details say why.</p>
      )}
      {status === "open" && <Answering incident={incident} />}
      <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>What was known when, and what was sent</summary>
        {isOpen && <Details id={incident.id} version={incident.updated} />}
      </details>
    </li>
  );
}

function sinceText({ opened, lasted, acknowledged, silenced_until }: IncidentSummary): string {
  const parts = [
    `since ${dateTime(opened)}`,
    lasted !== null && `, lasted ${durationText(lasted)}`,
    acknowledged && " · acknowledged",
    silenced_until && ` · silent until ${dateTime(silenced_until)}`,
  ];
  return parts.filter(Boolean).join("");
}

/** Return minutes as people read them: "3 hours". */
export function durationText(minutes: number): string {
  const hours = Math.round(minutes / MINUTES_OF_HOUR);
  if (minutes < MINUTES_OF_HOUR) return plural(minutes, "minute");
  return hours < 2 * HOURS_OF_DAY
    ? plural(hours, "hour")
    : plural(Math.round(hours / HOURS_OF_DAY), "day");
}

function Answering({ incident }: { incident: IncidentSummary }) {
  const { id, acknowledged, rule_name } = incident;
  const [hours, setHours] = useState<number>(HOURS_OF_DAY);
  const snoozeButton = useRef<HTMLButtonElement>(null);
  const known = useAction(async () => {
    await acknowledge(id);
    // Its button is gone.
    snoozeButton.current?.focus();
  });
  const [of, setOf] = useState<SnoozeOf>("incident");
  const silent = useAction(() => snooze(id, hours, of));
  return (
    <div class="one-line">
      {!acknowledged && (
        <button
          type="button"
          class="button"
          aria-busy={known.isBusy}
          aria-label={`Acknowledge ${rule_name}`}
          onClick={known.run}
        >
          Acknowledge
        </button>
      )}
      <button
        ref={snoozeButton}
        type="button"
        class="button"
        aria-busy={silent.isBusy}
        aria-label={`Snooze for the chosen time: ${rule_name}`}
        onClick={silent.run}
      >
        Snooze
      </button>
      <select
        class="short"
        aria-label={`What to snooze of ${rule_name}`}
        value={of}
        onChange={({ currentTarget }) => setOf(currentTarget.value as SnoozeOf)}
      >
        {SNOOZED.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
      <span>for</span>
      <select
        class="short"
        aria-label={`How long to snooze ${rule_name}`}
        value={hours}
        onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}
      >
        {SNOOZES.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
      <FieldError text={(known.error ?? silent.error)?.message} />
    </div>
  );
}

/**
 * Return an incident; version: when something became known of it last. A newer one reads it again,
 * and so does the time at which a message that waits is due.
 */
function useIncident(id: string, version: string) {
  const [found, setFound] = useState<Incident>();
  const [error, setError] = useState<ApiError>();
  const [reads, setReads] = useState(0);
  useEffect(() => {
    let isCurrent = true;
    settle(fetchIncident(id, reads ? `${version} ${reads}` : version)).then((outcome) => {
      if (!isCurrent) return;
      if (outcome.data) setFound(outcome.data);
      setError(outcome.error);
    });
    return () => {
      isCurrent = false;
    };
  }, [id, version, reads]);
  useEffect(() => {
    const wait = waitFor(found, Date.now());
    if (wait === undefined) return;
    const timer = setTimeout(() => setReads((before) => before + 1), wait);
    return () => clearTimeout(timer);
  }, [found]);
  return { found, error };
}

function Details({ id, version }: { id: string; version: string }) {
  const { found, error } = useIncident(id, version);
  if (error) return <ErrorNote error={error} />;
  if (!found) return <Skeleton height={24} rows={2} />;
  return (
    <>
      <Updates updates={found.updates} />
      <Deliveries deliveries={found.deliveries} />
    </>
  );
}

function Updates({ updates }: { updates: Incident["updates"] }) {
  return (
    <ol class="updates">
      {looksOf(updates).map(({ at, event, sentence, items }, place) => (
        <li key={place}>
          <span class="muted">
            {dateTime(at)}, {event}
          </span>{" "}
          {sentence}
          <CitedList items={items.slice(0, MAX_CITED)} />
          {items.length > MAX_CITED && (
            <details>
              <summary>{items.length - MAX_CITED} more</summary>
              <CitedList items={items.slice(MAX_CITED)} />
            </details>
          )}
        </li>
      ))}
    </ol>
  );
}

function CitedList({ items }: { items: CitedItem[] }) {
  if (!items.length) return null;
  return (
    <ul>
      {items.map((item, place) => (
        <li key={place}>
          <Cited item={item} />
        </li>
      ))}
    </ul>
  );
}

/** An item as it was then, with a link to its source; an invented one has none. */
function Cited({ item }: { item: CitedItem }) {
  const { id, community, post, title, excerpt, permalink } = item;
  const isInvented = useCommunities().data?.origin === "sample";
  const text = title || excerpt;
  if (isInvented) {
    const to = { view: "posts", incident: null, post: `${community}/${post ?? id}` } as const;
    return <Link to={to}>{text}</Link>;
  }
  return permalink ? <a href={permalink}>{text}</a> : <span>{text}</span>;
}

function Deliveries({ deliveries }: { deliveries: Incident["deliveries"] }) {
  if (!deliveries.length) return <p class="muted">The rule has no channel: nothing was sent.</p>;
  return (
    <ScrollRegion name="What was sent">
      <table class="deliveries">
        <thead>
          <tr>
            <th scope="col">Channel</th>
            <th scope="col">Says</th>
            <th scope="col">State</th>
            <th scope="col">When</th>
          </tr>
        </thead>
        <tbody>
          {deliveries.map(({ id, channel, event, status, sent_at, due, error }) => (
            <tr key={id}>
              <td>
                {CHANNELS[channel.type].name}
                {channel.address && ` ${channel.address}`}
              </td>
              <td>{event}</td>
              <td>
                {status}
                {error && <span class="warning"> {error}</span>}
              </td>
              <td>{dateTime(sent_at ?? due)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
