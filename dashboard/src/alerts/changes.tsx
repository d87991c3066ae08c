/** What was changed of the rules, also by people who unsubscribed, newest first. */

import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../api";
import { ErrorNote, Skeleton } from "../components/data_state";
import { dateTime } from "../format";
import { settle } from "../request";
import { fetchChanges, type Revision } from "./api";

export function RuleChanges({ version }: { version: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Changes, and who unsubscribed</summary>
      {isOpen && <Changes version={version} />}
    </details>
  );
}

/** version: the ETag of the rules; with another one the changes are read again. */
function Changes({ version }: { version: string }) {
  const [found, setFound] = useState<Revision[]>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    let isCurrent = true;
    settle(fetchChanges()).then((outcome) => {
      if (!isCurrent) return;
      if (outcome.data) setFound(outcome.data);
      setError(outcome.error);
    });
    return () => {
      isCurrent = false;
    };
  }, [version]);
  if (error) return <ErrorNote error={error} />;
  if (!found) return <Skeleton height={24} rows={2} />;
  if (!found.length) return <p class="muted">Nothing was changed yet.</p>;
  return (
    <ol class="updates">
      {found.map(({ revision, changed_at, change, by }) => (
        <li key={revision}>
          <span class="muted">{changed_at && dateTime(changed_at)}</span> {change}
          {by && <span class="muted"> by {by}</span>}
        </li>
      ))}
    </ol>
  );
}
