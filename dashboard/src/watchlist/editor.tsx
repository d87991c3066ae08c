/** The form of one subject, and beside it what its rule would match. */

import { useState } from "preact/hooks";
import type { ApiError } from "../api";
import { go } from "../navigation";
import { settle, useAction } from "../request";
import type { Subject } from "./api";
import { PRECONDITION_FAILED, putSubject, removeSubject } from "./changes";
import { Conflict, Differences } from "./conflict";
import { Fields } from "./fields";
import { Merge } from "./merge";
import { PreviewLine, PreviewPanel, usePreview } from "./preview";
import { joinRefusals, type Refusals, readRefusals } from "./refusals";
import { Rematching } from "./rematching";
import { isSameRule, NEW, ruleNamed, ruleOf, suggestId } from "./rule";
import { type Draft, drafts, isOvertaken, type Stored, saveDraft, storedSubject } from "./state";
import { UndoBar } from "./undo_bar";

interface Props {
  /** The id in the address: that of a subject, or NEW. */
  shown: string;
  stored: Stored;
}

export function Editor({ shown, stored }: Props) {
  const { subjects } = stored.watchlist;
  const subject = subjects.find((each) => each.id === shown);
  const draft = drafts.value[shown] ?? draftOf(subject);
  const { rule } = draft;
  const isNew = !draft.base;
  const names = new Map(subjects.map((each) => [each.id, each.name]));
  const taken = subjects.map((each) => each.id);
  const id = shown === NEW ? (draft.ownId ?? suggestId(rule.name, taken)) : shown;
  const saving = useSave(shown, { id, ...rule }, subject);
  const preview = usePreview(shown === NEW ? null : shown, rule, saving.isBusy);
  const isOther = !saving.isBusy && isOvertaken(draft, subject);
  const isStale = saving.error?.status === PRECONDITION_FAILED;
  const refusals = joinRefusals(
    readRefusals(isStale ? undefined : saving.error, rule),
    readRefusals(preview.error, rule),
  );
  const isDirty = !isSameRule(rule, draft.base ?? ruleNamed(""));
  const edit = (changes: Partial<Draft>) => {
    saving.clear();
    saveDraft(shown, { ...draft, ...changes });
  };
  return (
    <div class="editor">
      <form
        class="card"
        aria-label={rule.name || "New subject"}
        onSubmit={(event) => {
          event.preventDefault();
          saving.run();
        }}
      >
        <Fields
          id={id}
          isNew={shown === NEW}
          isIdTaken={shown === NEW && taken.includes(id)}
          rule={rule}
          refusals={refusals}
          onId={(ownId) => edit({ ownId })}
          onChange={(changes) => edit({ rule: { ...rule, ...changes } })}
        />
        <div class="editor-save">
          {(isStale || isOther) && (
            <Conflict shown={shown} draft={draft} onResolved={saving.clear} />
          )}
          <Others refusals={refusals} isStale={isStale} />
          {subject && isDirty && <Differences rule={rule} stored={subject} />}
          <PreviewLine state={preview} />
          <div class="dialog-buttons">
            <button
              type="submit"
              class="button primary"
              disabled={!isDirty || isOther}
              aria-busy={saving.isBusy}
            >
              {saving.isBusy ? "Saving…" : isNew ? "Add to the watchlist" : "Save"}
            </button>
            {isDirty && (
              <button
                type="button"
                class="button"
                onClick={() => {
                  saving.clear();
                  saveDraft(shown, undefined);
                }}
              >
                Discard what I typed
              </button>
            )}
          </div>
          <UndoBar />
          <Rematching names={names} />
        </div>
      </form>
      <PreviewPanel state={preview} names={names} />
      {subject && (
        <div class="editor-more">
          <Merge
            subject={subject}
            others={subjects.filter((each) => each !== subject)}
            isDirty={isDirty}
          />
          <Remove subject={subject} />
        </div>
      )}
    </div>
  );
}

function draftOf(subject: Subject | undefined): Draft {
  const base = subject ? ruleOf(subject) : null;
  return { rule: base ?? ruleNamed(""), base, ownId: null };
}

interface Saving {
  run: () => Promise<void>;
  isBusy: boolean;
  error: ApiError | undefined;
  /** Drop the error: something else is typed. */
  clear: () => void;
}

/** Return what saves the subject. */
function useSave(shown: string, subject: Subject, before: Subject | undefined): Saving {
  const [error, setError] = useState<ApiError>();
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    if (isBusy) return;
    setBusy(true);
    const { error: failed } = await settle(putSubject(subject, before));
    setBusy(false);
    setError(failed);
    if (failed) return;
    const typed = drafts.peek()[shown];
    saveDraft(shown, undefined);
    const stored = storedSubject(subject.id);
    // Typing went on meanwhile.
    if (typed && stored && !isSameRule(typed.rule, subject)) {
      saveDraft(subject.id, { ...typed, base: ruleOf(stored) });
    }
    if (shown === NEW) go({ subject: subject.id }, { replace: true });
  };
  return { run, isBusy, error, clear: () => setError(undefined) };
}

/** What is wrong beside the fields. */
function Others({ refusals, isStale }: { refusals: Refusals; isStale: boolean }) {
  if (isStale || !refusals.others.length) return null;
  return (
    <ul class="warning" role="alert">
      {refusals.others.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function Remove({ subject }: { subject: Subject }) {
  const { run, isBusy, error } = useAction(async () => {
    await removeSubject(subject);
    saveDraft(subject.id, undefined);
    go({ subject: null });
  });
  return (
    <section class="card" aria-labelledby="remove">
      <h2 id="remove">Remove</h2>
      <p class="muted">
        Nothing of what was collected is lost: what it was about is no longer counted.
      </p>
      <button type="button" class="button" disabled={isBusy} onClick={run}>
        Remove {subject.name}
      </button>
      {error && (
        <p class="warning" role="alert">
          {error.message}
        </p>
      )}
    </section>
  );
}
