/** Choose the order of mentions. */

import { address, go } from "../navigation";

const ORDERS = [null, "score"] as const;
const NAMES = { newest: "Newest", score: "Most upvotes" };

export function SortPicker() {
  const { sort } = address.value;
  return (
    <fieldset class="switch">
      <legend class="hidden">Order</legend>
      {ORDERS.map((each) => (
        <button
          key={each ?? "newest"}
          type="button"
          aria-pressed={sort === each}
          onClick={() => go({ sort: each })}
        >
          {NAMES[each ?? "newest"]}
        </button>
      ))}
    </fieldset>
  );
}
