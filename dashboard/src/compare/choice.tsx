/** The choice of what is compared: subjects and communities. */

import { useState } from "preact/hooks";
import { MAX_CHOSEN } from "../address";
import { SUBJECT_PREFIX, type SubjectFigures } from "../api";
import { communityName } from "../format";
import { go } from "../navigation";

/** A watchlist has up to 100 subjects, and few of them are talked about in a day. */
const INITIAL_SHOWN = 16;

interface Props {
  subjects: SubjectFigures[];
  communities: string[];
  chosen: string[];
}

export function Choice({ subjects, communities, chosen }: Props) {
  const [isExpanded, setExpanded] = useState(false);
  const isChosen = ({ id }: SubjectFigures) => includes(chosen, SUBJECT_PREFIX + id);
  const first = subjects.filter((each) => each.mentions || isChosen(each)).slice(0, INITIAL_SHOWN);
  const shown = subjects.filter((each) => isExpanded || first.includes(each) || isChosen(each));
  return (
    <fieldset class="choices">
      <legend>
        Two to five subjects and communities <span class="muted">({chosen.length} chosen)</span>
      </legend>
      {subjects.length > 0 && (
        <div class="choice" role="group" aria-label="Subjects">
          {shown.map(({ id, name }) => (
            <Chip key={id} scope={SUBJECT_PREFIX + id} name={name} chosen={chosen} />
          ))}
          {shown.length < subjects.length && (
            <button type="button" class="button" onClick={() => setExpanded(true)}>
              All {subjects.length} subjects
            </button>
          )}
        </div>
      )}
      <div class="choice" role="group" aria-label="Communities">
        {communities.map((id) => (
          <Chip key={id} scope={id} name={communityName(id)} chosen={chosen} />
        ))}
      </div>
    </fieldset>
  );
}

interface ChipProps {
  scope: string;
  name: string;
  chosen: string[];
}

function Chip({ scope, name, chosen }: ChipProps) {
  const isChosen = includes(chosen, scope);
  const isFull = chosen.length >= MAX_CHOSEN;
  return (
    <label class="chip">
      <input
        type="checkbox"
        checked={isChosen}
        // Without the last one, the default would come back.
        disabled={isChosen ? chosen.length === 1 : isFull}
        onChange={(event) => {
          const others = chosen.filter((each) => each.toLowerCase() !== scope.toLowerCase());
          go({ compare: event.currentTarget.checked ? [...others, scope] : others });
        }}
      />
      {name}
    </label>
  );
}

function includes(scopes: string[], scope: string): boolean {
  return scopes.some((each) => each.toLowerCase() === scope.toLowerCase());
}
