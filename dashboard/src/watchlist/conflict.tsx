/** What to do when somebody else has changed the watchlist while one typed. */

import { useAction } from "../request";
import type { Rule, Subject } from "./api";
import { differences, ruleOf } from "./rule";
import { type Draft, isOvertaken, reloadWatchlist, saveDraft, storedSubject } from "./state";

interface Props {
  /** The id in the address. */
  shown: string;
  draft: Draft;
  onResolved: () => void;
}

export function Conflict({ shown, draft, onResolved }: Props) {
  const keep = useAction(async () => {
    await reloadWatchlist();
    const now = storedSubject(shown);
    saveDraft(shown, { ...draft, base: now ? ruleOf(now) : null });
    onResolved();
  });
  const discard = useAction(async () => {
    await reloadWatchlist();
    saveDraft(shown, undefined);
    onResolved();
  });
  const isOther = !isOvertaken(draft, storedSubject(shown));
  return (
    <div class="banner bad" role="alert">
      <p>
        <b>
          Somebody else has changed {isOther ? "the watchlist" : "this subject"} since you began.
        </b>{" "}
        Nothing of yours was saved, and nothing of it is lost.
      </p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={keep.run}>
          Reload, and keep what I typed
        </button>
        <button type="button" class="button" onClick={discard.run}>
          Show theirs instead
        </button>
      </div>
    </div>
  );
}

/** Say in what an edited rule differs from what is stored. */
export function Differences({ rule, stored }: { rule: Rule; stored: Subject | undefined }) {
  if (!stored) return null;
  const fields = differences(rule, ruleOf(stored));
  if (!fields.length) return null;
  return <p class="muted">Not saved yet: {fields.join(", ")}.</p>;
}
