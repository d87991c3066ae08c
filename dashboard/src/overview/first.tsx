/** What stands there before anything was collected. */

import { health, now, running } from "../cycles";
import { age } from "../format";
import { Link } from "../parts/link";
import { Empty, Skeleton } from "../parts/states";

export function FirstCollection() {
  const due = health.value?.application.next_collection_at;
  if (running.value) {
    return (
      <>
        <Empty title="The first collection is under way.">
          Figures show here as soon as it ends; for real Reddit that takes a minute or two.
        </Empty>
        <Skeleton height={360} />
      </>
    );
  }
  return (
    <Empty title="Nothing has been collected yet.">
      A collection begins by itself {due && age(due, now.value)}.{" "}
      <Link to={{ view: "collection" }}>Collect now</Link>
    </Empty>
  );
}
