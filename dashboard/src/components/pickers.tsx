/** The pickers that the views share: community and subject. */

import { communityName } from "../format";
import { address, go } from "../navigation";
import { useCommunities, useSubjects } from "../queries";

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
        onChange={(event) => go({ subject: event.currentTarget.value || null, via: null })}
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
