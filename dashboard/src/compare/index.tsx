/** Compare: two to five communities in one chart, and their figures in a table. */

import { MAX_CHOSEN } from "../address";
import type { Communities } from "../api";
import { DataState, EmptyNote, ErrorNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { MixedMethods, methodNames } from "../components/methods";
import { WindowPicker } from "../components/pickers";
import { communityName } from "../format";
import { address, go } from "../navigation";
import { useCommunities, useTrends } from "../queries";
import { Figures } from "./figures";
import { MeansOverTime } from "./over_time";

const MIN_CHOSEN = 2;
/** The number of busiest communities that are compared by default. */
const DEFAULT_CHOSEN = 3;

export function Compare() {
  const names = useCommunities();
  const { hours } = address.value;
  const chosen = chosenCommunities(names.data);
  const isEnough = chosen.length >= MIN_CHOSEN;
  const compared = useTrends(isEnough ? chosen : [], hours);
  return (
    <div class="compare">
      <div class="bar">
        <h1>Compare</h1>
        <WindowPicker />
      </div>
      <DataState state={names} skeleton={<Skeleton height={60} />}>
        {({ subreddits }) => <CommunityChoice names={subreddits} chosen={chosen} />}
      </DataState>
      {names.data && !isEnough ? (
        <EmptyNote title="Choose two communities at least." />
      ) : compared.data ? (
        <>
          <MixedMethods
            methods={methodNames(
              compared.data.subreddits.flatMap((each) => [each.statistics, each.previous]),
            )}
          />
          <MeansOverTime all={compared.data.subreddits} collected={compared.data} />
          <Figures all={compared.data.subreddits} window={compared.data.window} />
        </>
      ) : compared.error ? (
        <ErrorNote error={compared.error}>
          <Link to={{ compare: [] }}>Begin anew</Link>
        </ErrorNote>
      ) : (
        <Skeleton height={420} />
      )}
    </div>
  );
}

function chosenCommunities(names: Communities | undefined): string[] {
  const { compare } = address.value;
  if (compare.length || !names) {
    const folded = compare.map((name) => name.toLowerCase());
    return compare.filter((_, at) => folded.indexOf(folded[at] ?? "") === at);
  }
  const busiest = names.details.toSorted((a, b) => b.items_24h - a.items_24h);
  return busiest.slice(0, DEFAULT_CHOSEN).map((each) => each.name);
}

function CommunityChoice({ names, chosen }: { names: string[]; chosen: string[] }) {
  const isChosen = (name: string) =>
    chosen.some((each) => each.toLowerCase() === name.toLowerCase());
  const isFull = chosen.length >= MAX_CHOSEN;
  return (
    <fieldset class="choice">
      <legend>
        Two to five communities <span class="muted">({chosen.length} chosen)</span>
      </legend>
      {names.map((name) => (
        <label key={name} class="chip">
          <input
            type="checkbox"
            checked={isChosen(name)}
            // Without the last one, the default would come back.
            disabled={isChosen(name) ? chosen.length === 1 : isFull}
            onChange={(event) => {
              const others = chosen.filter((each) => each.toLowerCase() !== name.toLowerCase());
              go({ compare: event.currentTarget.checked ? [...others, name] : others });
            }}
          />
          {communityName(name)}
        </label>
      ))}
    </fieldset>
  );
}
