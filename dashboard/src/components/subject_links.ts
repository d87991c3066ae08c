/** Where the figures of a subject lead. */

import { type Address, NO_FILTER } from "../address";
import { scopeSubject } from "../format";

/** Return the address of the list of a subject's mentions. */
export function listOf(subject: string, filter: Partial<Address> = {}): Partial<Address> {
  return { view: "posts", subject, subreddit: null, post: null, ...NO_FILTER, ...filter };
}

/** Return the address of a subject's own view. */
export function viewOf(subject: string): Partial<Address> {
  return { view: "subjects", subject, subreddit: null, post: null, ...NO_FILTER };
}

/** Return a scope as part of an address: a subject, or a community. */
export function scopeAddress(scope: string): Pick<Address, "subject" | "subreddit"> {
  const subject = scopeSubject(scope);
  return subject === null ? { subject: null, subreddit: scope } : { subject, subreddit: null };
}
