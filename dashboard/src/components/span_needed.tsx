/** How long a span would have enough for a verdict, where the window has too few items. */

import { NO_SPAN, spanAddress } from "../address";
import type { MentionChange } from "../api";
import { windowName } from "../format";
import { address } from "../navigation";
import { Link } from "./link";

interface Props {
  change: MentionChange | null;
  /** When the window ends. */
  end: string;
}

/** Say it in a sentence; nothing where the change needs no longer span, or none is known. */
export function SpanNeeded({ change, end }: Props) {
  if (change?.span_needed == null) return null;
  const { statistics, previous } = change;
  return (
    <p class="span-needed muted">
      Too few {statistics.few || previous.few ? "items" : "threads"} for a verdict:{" "}
      <SpanThatWouldDo change={change} end={end} />.
    </p>
  );
}

/** Say how long a span would do, with a link to it. */
export function SpanThatWouldDo({ change, end }: Props) {
  if (change?.span_needed == null) return null;
  const { span_needed: hours } = change;
  const to = spanAddress(hours, end, address.value);
  const name = windowName(hours);
  return (
    <span class="muted">
      about {to ? <Link to={{ ...to, ...NO_SPAN }}>{name}</Link> : name} would do
    </span>
  );
}
