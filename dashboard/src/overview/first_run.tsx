/** The overview before the first collection has ended. */

import { EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { health, now, running } from "../cycles";
import { age } from "../format";

export function FirstRun() {
  const due = health.value?.application.next_collection_at;
  if (running.value) {
    return (
      <>
        <EmptyNote title="The first collection is under way.">
          Figures show here as soon as it ends; for real Reddit that takes a minute or two.
        </EmptyNote>
        <Skeleton height={360} />
      </>
    );
  }
  return (
    <EmptyNote title="Nothing has been collected yet.">
      A collection begins by itself {due && age(due, now.value)}.{" "}
      <Link to={{ view: "collection" }}>Collect now</Link>
    </EmptyNote>
  );
}
