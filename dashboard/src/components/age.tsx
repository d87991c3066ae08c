/** Ages, which update as time passes. */

import { now } from "../cycles";
import { age, dateTime } from "../format";

export function Age({ time }: { time: string }) {
  return (
    <time dateTime={time} title={dateTime(time)}>
      {age(time, now.value)}
    </time>
  );
}

/** The author and the age of an item. */
export function Byline({ item }: { item: { author: string; created_utc: string } }) {
  return (
    <>
      <span class="author">{item.author}</span>
      <Age time={item.created_utc} />
    </>
  );
}
