/** Merge another subject into this one: a renamed product keeps its history under one name. */

import { useState } from "preact/hooks";
import { useAction } from "../request";
import type { Subject } from "./api";
import { mergeSubject } from "./changes";

interface Props {
  subject: Subject;
  others: Subject[];
  /** Whether something typed isn't saved: it would not be part of the merged subject. */
  isDirty: boolean;
}

export function Merge({ subject, others, isDirty }: Props) {
  const [from, setFrom] = useState("");
  const chosen = others.find((each) => each.id === from);
  const { run, isBusy, error } = useAction(async () => {
    if (!chosen) return;
    await mergeSubject(subject, chosen);
    setFrom("");
  });
  if (!others.length) return null;
  return (
    <section class="card" aria-labelledby="merge">
      <h2 id="merge">Merge</h2>
      <p class="muted">
        A renamed product keeps its history under one name: the other subject's names, exclusions,
        context and homes join this one, its mentions count here, and it is removed.
      </p>
      <div class="one-line">
        <label class="scope">
          <span class="hidden">Subject to merge into {subject.name}</span>
          <select value={from} onChange={({ currentTarget }) => setFrom(currentTarget.value)}>
            <option value="">Choose a subject</option>
            {others.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="button" disabled={!chosen || isDirty || isBusy} onClick={run}>
          Merge into {subject.name}
        </button>
      </div>
      {isDirty && <p class="muted">Save or discard what you typed first.</p>}
      {error && (
        <p class="warning" role="alert">
          {error.message}
        </p>
      )}
    </section>
  );
}
