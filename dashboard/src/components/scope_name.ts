/** What the page calls a scope: a subject by its name, a community as everywhere. */

import { communityName, scopeSubject } from "../format";
import { address } from "../navigation";
import { useSubjects } from "../queries";

export type ScopeName = (scope: string) => string;

/** Return what names scopes; without need of a subject's name nothing is requested. */
export function useScopeName(isNeeded = true): ScopeName {
  const subjects = useSubjects(isNeeded ? address.value.hours : null).data?.subjects ?? [];
  const names = new Map(subjects.map(({ id, name }) => [id.toLowerCase(), name]));
  return (scope) => {
    const subject = scopeSubject(scope);
    return subject === null ? communityName(scope) : (names.get(subject.toLowerCase()) ?? subject);
  };
}
