/** Every watched subreddit compared, ten at a time, as one. */

import { address } from "../address";
import {
  type ComparedScope,
  type Comparison,
  comparisonPath,
  MAX_COMPARED,
  SUBREDDITS,
  type Subreddits,
} from "../api";
import { type Loaded, useData } from "../data";
import { type Collected, stepSize } from "../figures";

/** More than so many small charts nobody compares at a glance. */
const MAX_SHOWN = 40;

export interface All {
  compared: ComparedScope[];
  /** The window, and what was collected of it. */
  covered: Collected;
}

export function useAllCompared(): Loaded<All> {
  const { hours } = address.value;
  const names = useData<Subreddits>(SUBREDDITS);
  const shown = (names.data?.subreddits ?? []).slice(0, MAX_SHOWN);
  const parts = Array.from({ length: MAX_SHOWN / MAX_COMPARED }, (_, part) => {
    const some = shown.slice(part * MAX_COMPARED, (part + 1) * MAX_COMPARED);
    return some.length ? comparisonPath(some, hours, stepSize(hours).granularity) : null;
  });
  // Always as many hooks, whether or not they ask.
  const loaded = parts.map((part) => useData<Comparison>(part));
  const asked = loaded.filter((_, part) => parts[part]);
  const failure = names.failure ?? asked.find((each) => each.failure)?.failure;
  const covered = asked[0]?.data;
  if (!covered || asked.some((each) => !each.data)) return { data: undefined, failure };
  return {
    data: { compared: asked.flatMap((each) => each.data?.subreddits ?? []), covered },
    failure,
  };
}
