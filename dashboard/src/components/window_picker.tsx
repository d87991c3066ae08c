/** The picker of the window: the last hours, or days of one's own. */

import { useId, useRef, useState } from "preact/hooks";
import { type Address, daysWindow, MAX_DAYS, WINDOWS } from "../address";
import type { Subjects } from "../api";
import { now } from "../cycles";
import { formatSpan, windowName } from "../format";
import { address, go } from "../navigation";
import { useSubjects } from "../queries";
import { baselineText } from "./window_text";

const DAY_MS = 86_400_000;
/** A window of its own replaces what limits a list to another time. */
const NO_SPAN = { start: null, end: null, topic: null, at: null } satisfies Partial<Address>;

export function WindowPicker() {
  const { hours, from, start, end, topic } = address.value;
  const isChosen = (each: number) => each === hours && !from && !start && !end && !topic;
  return (
    <>
      <fieldset class="switch">
        <legend class="hidden">Window</legend>
        {WINDOWS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={isChosen(each)}
            onClick={() => go({ hours: each, from: null, to: null, ...NO_SPAN })}
          >
            {windowName(each)}
          </button>
        ))}
      </fieldset>
      <Days />
      {from && <WindowNote />}
    </>
  );
}

/** The first and the last day of a window, in UTC as the API counts them. */
function Days() {
  const { from, to } = address.value;
  const id = useId();
  const details = useRef<HTMLDetailsElement>(null);
  const today = utcDay(now.value);
  const [first, setFirst] = useState<string | null>(null);
  const earliest = first ?? from ?? undefined;
  const show = (form: HTMLFormElement) => {
    const given = new FormData(form);
    const days = daysWindow(String(given.get("from")), String(given.get("to")));
    if (!days) return;
    go({ ...days, ...NO_SPAN });
    if (details.current) details.current.open = false;
    details.current?.querySelector("summary")?.focus();
  };
  return (
    <details class="days" ref={details}>
      <summary>{from && to ? "Other dates" : "Dates"}</summary>
      <form
        key={`${from} ${to}`}
        onSubmit={(event) => {
          event.preventDefault();
          show(event.currentTarget);
        }}
      >
        <label for={`${id}-from`}>From</label>
        <input
          id={`${id}-from`}
          name="from"
          type="date"
          required
          min={utcDay(now.value - (MAX_DAYS - 1) * DAY_MS)}
          max={today}
          defaultValue={from ?? ""}
          onChange={(event) => setFirst(event.currentTarget.value)}
        />
        <label for={`${id}-to`}>To</label>
        <input
          id={`${id}-to`}
          name="to"
          type="date"
          required
          min={earliest}
          max={today}
          defaultValue={to ?? ""}
        />
        <button type="submit">Show</button>
        <p class="muted">Days are counted in UTC.</p>
      </form>
    </details>
  );
}

/** The hours that the answer has, and what they are compared with. */
function WindowNote() {
  const { hours } = address.value;
  const { data, error } = useSubjects(hours);
  return (
    <p class="window-note muted" aria-live="polite">
      {data ? noteOf(data, hours) : error ? error.message : "…"}
    </p>
  );
}

function noteOf({ window, before, coverage }: Subjects, hours: number): string {
  const span = formatSpan(window.start, window.end);
  const since = coverage?.since;
  const young =
    since && since > window.start
      ? `; there is data since ${formatSpan(since, null).replace("since ", "")}`
      : "";
  return `${span}, compared with ${formatSpan(before.start, before.end)}, ${baselineText(hours)}${young}`;
}

function utcDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
