/** The pickers that the views share: window, community and subject. */

import { WINDOWS } from "../address";
import { communityName, windowName } from "../format";
import { address, go } from "../navigation";
import { useCommunities } from "../queries";

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
