/** How old something is: the only thing on the page that time by itself changes. */

import { now } from "../cycles";
import { age, dateTime } from "../format";

export function Age({ time }: { time: string }) {
  return (
    <time dateTime={time} title={dateTime(time)}>
      {age(time, now.value)}
    </time>
  );
}

/** Who wrote something, and when. */
export function Byline({ item }: { item: { author: string; created_utc: string } }) {
  return (
    <>
      <span class="author">{item.author}</span>
      <Age time={item.created_utc} />
    </>
  );
}
