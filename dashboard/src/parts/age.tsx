/** How old something is: the only thing on the page that time by itself changes. */

import { now } from "../cycles";
import { age, moment } from "../format";

export function Age({ of }: { of: string }) {
  return (
    <time dateTime={of} title={moment(of)}>
      {age(of, now.value)}
    </time>
  );
}

/** Who wrote something, and when. */
export function Byline({ of }: { of: { author: string; created_utc: string } }) {
  return (
    <>
      <span class="author">{of.author}</span>
      <Age of={of.created_utc} />
    </>
  );
}
