/** How far the stored items are matched by the changed watchlist. */

import type { Rematch } from "../api";
import { count, plural } from "../format";
import { useRematch } from "../queries";
import { changedAt } from "./changes";

/** More names don't help. */
const MAX_NAMES = 5;

export function Rematching({ names }: { names: Map<string, string> }) {
  const { rematch, version } = useRematch();
  const since = changedAt.value;
  if (rematch) return <Progress rematch={rematch} names={names} />;
  if (since === undefined) return null;
  return (
    <p class="muted rematched" role="status">
      {version < since || rematch === undefined
        ? "Looking what is to be matched again…"
        : "History is filled in: everything stored is matched by these rules."}
    </p>
  );
}

/** The same as a card of its own, while it goes on. */
export function RematchCard() {
  const { rematch } = useRematch();
  if (!rematch) return null;
  return (
    <div class="card">
      <Progress rematch={rematch} names={new Map()} />
    </div>
  );
}

function Progress({ rematch, names }: { rematch: Rematch; names: Map<string, string> }) {
  const { subjects, items, matched } = rematch;
  const shown = subjects.slice(0, MAX_NAMES).map((id) => names.get(id) ?? id);
  const more = subjects.length - shown.length;
  return (
    <section class="rematching" aria-labelledby="rematching">
      <div class="card-head">
        <h2 id="rematching">History fills in</h2>
        <p role="status">
          {items ? `${count(matched)} of ${plural(items, "item")}` : "It begins in a moment"}
        </p>
      </div>
      <progress aria-labelledby="rematching" max={Math.max(1, items)} value={matched} />
      <p class="muted">
        What is stored is matched again, from the newest to the oldest: {shown.join(", ")}
        {more > 0 && ` and ${more} more`}. Until it is done, older figures may change.
      </p>
    </section>
  );
}
