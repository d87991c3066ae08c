/** A count of its source. Not every source gives each: nothing shows where it is unknown. */

import { plural } from "../format";

export function Known({ value, one }: { value: number | null; one: string }) {
  return value === null ? null : <span>{plural(value, one)}</span>;
}
