/** The pickers that the views share: window, community and subject. */

import { WINDOWS } from "../address";
import { communityName, windowName } from "../format";
import { address, go } from "../navigation";
import { useCommunities, useSubjects } from "../queries";

export function WindowPicker() {
  const { hours, start, end, topic } = address.value;
  const isChosen = (each: number) => each === hours && !start && !end && !topic;
  return (
    <fieldset class="switch">
      <legend class="hidden">Window</legend>
      {WINDOWS.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={isChosen(each)}
          onClick={() => go({ hours: each, start: null, end: null, topic: null, at: null })}
        >
          {windowName(each)}
        </button>
      ))}
    </fieldset>
  );
}

/** Choose one community or all of them. */
export function CommunityPicker() {
  const names = useCommunities().data?.subreddits ?? [];
  const { subreddit: chosen } = address.value;
  const known = names.find((name) => name.toLowerCase() === chosen?.toLowerCase());
  const options = chosen && !known ? [chosen, ...names] : names;
  return (
    <label class="scope">
      <span class="hidden">Community</span>
      <select
        value={known ?? chosen ?? ""}
        onChange={(event) => go({ subreddit: event.currentTarget.value || null })}
      >
        <option value="">All communities</option>
        {options.map((name) => (
          <option key={name} value={name}>
            {communityName(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Choose one subject, or all of them. */
export function SubjectPicker({ all }: { all: string }) {
  const { subject: chosen, hours } = address.value;
  const subjects = useSubjects(hours).data?.subjects ?? [];
  const known = subjects.find(({ id }) => id.toLowerCase() === chosen?.toLowerCase());
  return (
    <label class="scope">
      <span class="hidden">Subject</span>
      <select
        value={known?.id ?? chosen ?? ""}
        onChange={(event) =>
          go({ subject: event.currentTarget.value || null, via: null, sort: null })
        }
      >
        <option value="">{all}</option>
        {chosen && !known && <option value={chosen}>{chosen}</option>}
        {subjects.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
