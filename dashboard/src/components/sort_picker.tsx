/** Choose the order of a list. */

import { ORDERS, type Order } from "../address";
import type { ApiError } from "../api";
import { address, go } from "../navigation";
import { Link } from "./link";

const NEWEST = "Newest";
/** Lists of up to 750 items can be sorted by upvotes, whatever their span: docs/sorting.md. */
const MAX_BY_REACH = 750;
export const ORDER_NAMES: Record<Order, string> = {
  reach: "Most upvotes",
  most_negative: "Most negative",
  most_positive: "Most positive",
  influence: "Most influence",
  score: "Most upvotes of the newest 500",
};

/** Return the order of the list in words, as its name has it. */
export function orderName(sort: Order | null): string {
  return (sort ? ORDER_NAMES[sort] : NEWEST).toLowerCase();
}

/**
 * Choose an order. Lists of mentions have `score`, too, however long they are; `reach` is offered
 * unless the list is known to have too many items for it.
 */
export function SortPicker({ hasScore, count }: { hasScore: boolean; count?: number }) {
  const { sort } = address.value;
  const isOffered = {
    score: hasScore,
    reach: count === undefined || count <= MAX_BY_REACH,
  };
  const shown = ORDERS.filter(
    (each) => sort === each || (each !== "score" && each !== "reach") || isOffered[each],
  );
  return (
    <label class="scope">
      <span class="hidden">Order</span>
      <select
        value={sort ?? ""}
        title="Influence: how far one text alone moves the mean, up or down"
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          go({ sort: ORDERS.find((each) => each === chosen) ?? null });
        }}
      >
        <option value="">{NEWEST}</option>
        {shown.map((each) => (
          <option key={each} value={each}>
            {ORDER_NAMES[each]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Return whether the API refused the order: the list is too long for it. */
export function isTooLong(error: ApiError): boolean {
  return error.refused.some(({ parameter }) => parameter === "sort");
}

/** The ways out where a list is too long to be sorted. */
export function OtherOrders({ hasScore }: { hasScore: boolean }) {
  return (
    <>
      <Link to={{ sort: null }}>Show the newest first</Link>
      {hasScore && address.value.sort === "reach" && (
        <>
          {" · "}
          <Link to={{ sort: "score" }}>Most upvotes of the newest 500</Link>
        </>
      )}
    </>
  );
}
