/** The change of a count against the hours before, or why there is none. */

import { countChange, isComparable, type Measured } from "../figures";
import { signed } from "../format";
import { Change } from "./sentiment";

export function VolumeChange({ measured }: { measured: Measured }) {
  const { change } = measured;
  if (!isComparable(measured)) {
    return (
      <span class="muted">
        {change?.reason === "not_collected" ? "not all was collected" : "no earlier data"}
      </span>
    );
  }
  const more = countChange(measured, (totals) => totals.total);
  const before = change?.previous.total ?? 0;
  return (
    <>
      <Change value={more} digits={0} />{" "}
      {before > 0 && <span class="muted">({signed((100 * more) / before)}%) in full hours</span>}
    </>
  );
}
