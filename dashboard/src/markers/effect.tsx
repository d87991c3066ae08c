/** Before and after a marker: what changed over equal spans, and what else happened then. */

import { useEffect, useRef } from "preact/hooks";
import { NO_FILTER } from "../address";
import type { MarkerEffect } from "../api";
import { Columns, CountCell, LABEL_COLUMNS, LabelCells } from "../components/columns";
import { DataState, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { ScrollRegion } from "../components/scroll_region";
import { LabelIcon } from "../components/sentiment";
import { meanText } from "../components/step_text";
import { communityName, count, formatSpan } from "../format";
import { address } from "../navigation";
import { useMarkerEffect, useMarkers } from "../queries";
import { effectText } from "../reasons/text";
import { effectSentence } from "./effect_text";
import { markerText, markerTime } from "./placing";

/** The card of the marker in the address, where the page shows the scope of that marker. */
export function BeforeAndAfter() {
  const { marker: id, view, subject, subreddit } = address.value;
  const shown = useMarkers().find((each) => each.id === id);
  if (!shown) return null;
  const isItsScope =
    shown.subject === null
      ? view === "communities" && subreddit === null
      : view === "subjects" && subject?.toLowerCase() === shown.subject;
  return isItsScope ? <EffectCard key={shown.id} id={shown.id} name={shown.name} /> : null;
}

function EffectCard({ id, name }: { id: string; name: string }) {
  const state = useMarkerEffect(id);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    card.current?.focus({ preventScroll: true });
    card.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section class="card marker-effect" aria-labelledby="marker-effect" tabIndex={-1} ref={card}>
      <div class="card-head">
        <h2 id="marker-effect">Before and after {name}</h2>
        <Link class="button" to={{ marker: null }}>
          Close
        </Link>
      </div>
      <DataState state={state} skeleton={<Skeleton height={28} rows={3} />}>
        {(effect) => <Effect effect={effect} />}
      </DataState>
    </section>
  );
}

function Effect({ effect }: { effect: MarkerEffect }) {
  const { marker, before, after, change, overlapping } = effect;
  return (
    <>
      <p class="effect-sentence">{effectSentence(effect)}</p>
      {overlapping.length > 0 && (
        <p class="warning">
          What changed may be due to something else in these days:{" "}
          {overlapping.map(markerText).join("; ")}.
        </p>
      )}
      {before && after && change && (
        <ScrollRegion name="The figures of both sides">
          <table>
            <Columns names={["When", "Average", "Items", ...LABEL_COLUMNS]} />
            <tbody>
              <SideRow name="Before" span={before} totals={change.previous} effect={effect} />
              <SideRow name="After" span={after} totals={change.statistics} effect={effect} />
            </tbody>
          </table>
        </ScrollRegion>
      )}
      {effect.items.length > 0 && <Differing effect={effect} />}
      <p class="muted">
        {markerTime(marker)}. A change after it needn’t come from it
        {change && change.hours !== effect.hours
          ? `; ${change.hours} of ${effect.hours} hours were observed on both sides, and only these count.`
          : "."}
      </p>
    </>
  );
}

/** The items that moved the average most between both spans. */
function Differing({ effect }: { effect: MarkerEffect }) {
  const { items, looked_at: looked } = effect;
  const isPart = looked && looked.read + looked.read_before < looked.items + looked.items_before;
  return (
    <>
      <h3>Items that differ</h3>
      <ul class="differing">
        {items.map((each) => (
          <li key={`${each.kind} ${each.id}`}>
            <b>{effectText(each.effect)}</b> <LabelIcon label={each.label} named />{" "}
            <Link to={{ post: `${each.community}/${each.post_id}` }}>{each.text}</Link>{" "}
            <span class="muted">
              {each.side}, {communityName(each.community)}
            </span>
          </li>
        ))}
      </ul>
      {isPart && (
        <p class="muted">
          Of {count(looked.items + looked.items_before)} items{" "}
          {count(looked.read + looked.read_before)} were looked at, spread over both spans.
        </p>
      )}
    </>
  );
}

interface SideProps {
  name: string;
  span: { start: string; end: string };
  totals: NonNullable<MarkerEffect["change"]>["statistics"];
  effect: MarkerEffect;
}

function SideRow({ name, span, totals, effect }: SideProps) {
  const { hours, change, marker } = effect;
  const to = {
    view: "posts",
    ...NO_FILTER,
    kind: "items",
    subject: marker.subject,
    subreddit: null,
    start: span.start,
    end: span.end,
  } as const;
  // A list of the whole span has more than what was compared where some hours aren't known.
  const isWhole = change?.hours === hours;
  return (
    <tr>
      <th scope="row">
        {name}: {formatSpan(span.start, span.end)}
      </th>
      <td>{meanText(totals)}</td>
      <td>
        <CountCell value={totals.total} to={isWhole ? to : null} />
      </td>
      <LabelCells counts={totals} to={isWhole ? to : null} />
    </tr>
  );
}
