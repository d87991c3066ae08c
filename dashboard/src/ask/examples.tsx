/** Questions that can be answered, about the subjects of the watchlist. */

import { useState } from "preact/hooks";
import { Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { now } from "../cycles";
import { address } from "../navigation";
import { useMarkers, useSubjects } from "../queries";
import { examplesOf, questionAddress } from "./text";

export function Examples() {
  return (
    <section aria-labelledby="ask-examples">
      <h2 id="ask-examples">For example</h2>
      <List />
      <p class="muted ask-hint">
        Subjects, communities and releases go by their names, times by words such as “last week”,
        “in October” or “since the release”.{" "}
        <span class="wide-only">
          <kbd>/</kbd> leads here from every view.
        </span>
      </p>
    </section>
  );
}

/** The same, closed: beside an answer. */
export function OtherExamples() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      class="ask-others"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>Other questions</summary>
      {isOpen && <List />}
    </details>
  );
}

function List() {
  const { data, error } = useSubjects(address.value.hours);
  const markers = useMarkers();
  if (!data && !error) return <Skeleton height={34} rows={3} />;
  return (
    <ul class="ask-examples">
      {examplesOf(data?.subjects ?? [], markers, now.value).map((each) => (
        <li key={each}>
          <Link class="chip" to={questionAddress(each)}>
            {each}
          </Link>
        </li>
      ))}
    </ul>
  );
}
