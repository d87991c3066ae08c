/** The picker of the window: the last hours, or days of one's own. */

import { useId, useRef, useState } from "preact/hooks";
import { DAY_MS, daysWindow, MAX_DAYS, NO_SPAN, WINDOWS } from "../address";
import type { Baseline, Coverage, TimeWindow } from "../api";
import { isFirstRun, now } from "../cycles";
import { youngSince } from "../figures";
import { baselineName, dateTime, formatSpan, windowName } from "../format";
import { address, go } from "../navigation";
import { useSubjects } from "../queries";

/** The hours that an answer has, and what they are compared with. */
export interface Compared {
  window: TimeWindow;
  before?: Baseline | null | undefined;
  coverage?: Coverage | null | undefined;
}

interface Props {
  /** The view's own answer; null: it isn't there yet. Without it, that of all subjects is as good. */
  answer?: Compared | null | undefined;
  /** Whether the view lists what is in the window, and compares nothing. */
  isList?: boolean;
}

const WEEK_HOURS = 168;

export function WindowPicker({ answer, isList = false }: Props) {
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
      {(from || (hours < WEEK_HOURS && !isList && !isFirstRun.value)) && (
        <WindowNote answer={answer} />
      )}
    </>
  );
}

/** The days of a window; a new window has a new form. */
function Days() {
  const { from, to } = address.value;
  const details = useRef<HTMLDetailsElement>(null);
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
      <DaysForm key={`${from} ${to}`} from={from ?? ""} to={to ?? ""} onSubmit={show} />
    </details>
  );
}

interface DaysProps {
  from: string;
  to: string;
  onSubmit: (form: HTMLFormElement) => void;
}

/** The first and the last day of a window, in UTC as the API counts them. */
function DaysForm({ from, to, onSubmit }: DaysProps) {
  const id = useId();
  const [first, setFirst] = useState(from);
  const today = utcDay(now.value);
  const earliest = utcDay(now.value - (MAX_DAYS - 1) * DAY_MS);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(event.currentTarget);
      }}
    >
      <label for={`${id}-from`}>From</label>
      <input
        id={`${id}-from`}
        name="from"
        type="date"
        required
        min={earliest}
        max={today}
        defaultValue={from}
        onChange={(event) => setFirst(event.currentTarget.value)}
      />
      <label for={`${id}-to`}>To</label>
      <input
        id={`${id}-to`}
        name="to"
        type="date"
        required
        min={first || earliest}
        max={today}
        defaultValue={to}
      />
      <button type="submit" class="button">
        Show
      </button>
      <p class="muted">Days are counted in UTC.</p>
    </form>
  );
}

/** The hours that the answer has, and what they are compared with. */
function WindowNote({ answer }: Pick<Props, "answer">) {
  const { hours } = address.value;
  const subjects = useSubjects(answer === undefined ? hours : null);
  const data = answer ?? subjects.data;
  return (
    <p class="window-note muted" aria-live="polite">
      {data ? noteOf(data, hours) : (subjects.error?.message ?? "…")}
    </p>
  );
}

function noteOf({ window, before, coverage }: Compared, hours: number): string {
  const span = formatSpan(window.start, window.end);
  const since = youngSince({ window }, coverage);
  const young = since ? `; there is data since ${dateTime(since)}` : "";
  return `${span}${before ? `, ${comparedText(before, hours)}` : ""}${young}`;
}

/** Return what the window's full hours are compared with, and why, if it is short. */
function comparedText(before: Baseline, hours: number): string {
  const why = before.because === "no_week_before" ? ", for want of data a week earlier" : "";
  return `compared with ${formatSpan(before.start, before.end)}, ${baselineName(hours, before)}${why}`;
}

function utcDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
