/** Compare: two to five subjects and communities in one chart, and their figures in a table. */

import {
  type Communities,
  type Comparison as ComparisonAnswer,
  SUBJECT_PREFIX,
  type Subjects,
} from "../api";
import { DataState, EmptyNote, ErrorNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { Meaning } from "../components/meaning";
import { MixedMethods, methodNames } from "../components/methods";
import { RematchingBanner } from "../components/rematching";
import { useScopeName } from "../components/scope_name";
import { WindowPicker } from "../components/window_picker";
import { address } from "../navigation";
import { type QueryState, useCommunities, useSubjects, useTrends } from "../queries";
import { Choice } from "./choice";
import { Figures } from "./figures";
import { MeansOverTime } from "./over_time";

const MIN_CHOSEN = 2;
/** The number of scopes that are compared by default. */
const DEFAULT_CHOSEN = 3;

export function Compare() {
  const known = bothOf(useCommunities(), useSubjects(address.value.hours));
  return (
    <div class="compare">
      <div class="bar">
        <h1>Compare</h1>
        <WindowPicker />
      </div>
      {/* The choice is as tall as its names: nothing shows below it before they are there. */}
      <DataState state={known} skeleton={<Skeleton height={600} />}>
        {(data) => <Comparison known={data} />}
      </DataState>
    </div>
  );
}

function Comparison({ known }: { known: Known }) {
  const chosen = chosenScopes(known);
  const compared = useTrends(chosen.length < MIN_CHOSEN ? [] : chosen, address.value.hours);
  return (
    <>
      <Choice
        subjects={known.subjects.subjects}
        communities={known.names.subreddits}
        chosen={chosen}
      />
      {chosen.length < MIN_CHOSEN ? (
        <EmptyNote title="Choose two at least." />
      ) : compared.data ? (
        <Compared comparison={compared.data} />
      ) : compared.error ? (
        <ErrorNote error={compared.error}>
          <Link to={{ compare: [] }}>Begin anew</Link>
        </ErrorNote>
      ) : (
        <Skeleton height={420} />
      )}
    </>
  );
}

function Compared({ comparison }: { comparison: ComparisonAnswer }) {
  const nameOf = useScopeName();
  const { subreddits: all } = comparison;
  const rematched = all.filter((each) => each.rematching);
  return (
    <>
      <RematchingBanner names={rematched.map((each) => nameOf(each.scope))} />
      <MixedMethods
        methods={methodNames(all.flatMap((each) => [each.statistics, each.previous]))}
      />
      <MeansOverTime all={all} nameOf={nameOf} collected={comparison} />
      <Figures all={all} nameOf={nameOf} collected={comparison} />
      {all.some((each) => each.subject) && <Meaning />}
    </>
  );
}

interface Known {
  names: Communities;
  subjects: Subjects;
}

function bothOf(names: QueryState<Communities>, subjects: QueryState<Subjects>): QueryState<Known> {
  const isThere = names.data && subjects.data;
  return {
    data: isThere && { names: names.data as Communities, subjects: subjects.data as Subjects },
    error: names.error ?? subjects.error,
  };
}

/** Return the scopes of the address, each once; without any, those that people talk most about. */
function chosenScopes({ names, subjects: { subjects } }: Known): string[] {
  const { compare } = address.value;
  if (compare.length) {
    const folded = compare.map((name) => name.toLowerCase());
    return compare.filter((_, at) => folded.indexOf(folded[at] ?? "") === at);
  }
  // The API sorts subjects by role, own ones first, and by mentions.
  const mentioned = subjects.filter((each) => each.role !== "topic" && each.mentions);
  if (mentioned.length >= MIN_CHOSEN) {
    return mentioned.slice(0, DEFAULT_CHOSEN).map((each) => SUBJECT_PREFIX + each.id);
  }
  const busiest = names.details.toSorted((a, b) => b.items_24h - a.items_24h);
  return busiest.slice(0, DEFAULT_CHOSEN).map((each) => each.name);
}
