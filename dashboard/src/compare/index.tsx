/** Compare: two to five subreddits in one chart, and their figures side by side. */

import { address, go, MAX_COMPARED_HERE } from "../address";
import { type Comparison, comparisonPath, SUBREDDITS, type Subreddits } from "../api";
import { useData } from "../data";
import { stepsOf } from "../figures";
import { Windows } from "../parts/head";
import { Link } from "../parts/link";
import { MixedMethods, methodsOf } from "../parts/methods";
import { Empty, Failed, Shown, Skeleton } from "../parts/states";
import { Figures } from "./figures";
import { MeansOverTime } from "./over_time";

const FEWEST = 2;
/** What is compared until one chooses: the busiest. */
const FIRST_CHOSEN = 3;

export function Compare() {
  const names = useData<Subreddits>(SUBREDDITS);
  const { hours } = address.value;
  const chosen = chosenOf(names.data);
  const enough = chosen.length >= FEWEST;
  const compared = useData<Comparison>(
    enough ? comparisonPath(chosen, hours, stepsOf(hours).granularity) : null,
  );
  return (
    <div class="compare">
      <div class="bar">
        <h1>Compare</h1>
        <Windows />
      </div>
      <Shown of={names} skeleton={<Skeleton height={60} />}>
        {({ subreddits }) => <Choice names={subreddits} chosen={chosen} />}
      </Shown>
      {names.data && !enough ? (
        <Empty title="Choose two subreddits at least." />
      ) : compared.data ? (
        <>
          <MixedMethods
            methods={methodsOf(
              compared.data.subreddits.flatMap((each) => [each.statistics, each.previous]),
            )}
          />
          <MeansOverTime all={compared.data.subreddits} covered={compared.data} />
          <Figures all={compared.data.subreddits} window={compared.data.window} />
        </>
      ) : compared.failure ? (
        <Failed failure={compared.failure}>
          <Link to={{ compare: [] }}>Begin anew</Link>
        </Failed>
      ) : (
        <Skeleton height={420} />
      )}
    </div>
  );
}

function chosenOf(names: Subreddits | undefined): string[] {
  const { compare } = address.value;
  if (compare.length || !names) {
    const folded = compare.map((name) => name.toLowerCase());
    return compare.filter((_, at) => folded.indexOf(folded[at] ?? "") === at);
  }
  const busiest = names.details.toSorted((a, b) => b.items_24h - a.items_24h);
  return busiest.slice(0, FIRST_CHOSEN).map((each) => each.name);
}

function Choice({ names, chosen }: { names: string[]; chosen: string[] }) {
  const isChosen = (name: string) =>
    chosen.some((each) => each.toLowerCase() === name.toLowerCase());
  const isFull = chosen.length >= MAX_COMPARED_HERE;
  return (
    <fieldset class="choice">
      <legend>
        Two to five subreddits <span class="muted">({chosen.length} chosen)</span>
      </legend>
      {names.map((name) => (
        <label key={name} class="chip">
          <input
            type="checkbox"
            checked={isChosen(name)}
            // Without the last one, the busiest would come back.
            disabled={isChosen(name) ? chosen.length === 1 : isFull}
            onChange={(event) => {
              const others = chosen.filter((each) => each.toLowerCase() !== name.toLowerCase());
              go({ compare: event.currentTarget.checked ? [...others, name] : others });
            }}
          />
          r/{name}
        </label>
      ))}
    </fieldset>
  );
}
