/** What tables of figures share: the heads of their columns, and the counts of labels. */

import { type Address, LABELS } from "../address";
import type { LabelCounts } from "../api";
import { count } from "../format";
import { Link } from "./link";

export const LABEL_COLUMNS = ["Positive", "Neutral", "Negative"];

export function Columns({ names }: { names: string[] }) {
  return (
    <thead>
      <tr>
        {names.map((name) => (
          <th scope="col" key={name}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** A count, which leads to its items where there are any and a list has them. */
export function CountCell({ value, to }: { value: number; to: Partial<Address> | null }) {
  return value && to ? <Link to={to}>{count(value)}</Link> : count(value);
}

/** The cells of the labels. */
export function LabelCells({ counts, to }: { counts: LabelCounts; to: Partial<Address> | null }) {
  return (
    <>
      {LABELS.map((label) => (
        <td key={label}>
          <CountCell value={counts[label]} to={to && { ...to, sentiment: label }} />
        </td>
      ))}
    </>
  );
}
