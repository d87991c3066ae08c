/** The rules: a list, each with what can be done about it, and a form that adds and edits them. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { dateTime, plural } from "../format";
import { useAction } from "../request";
import type { Subject } from "../watchlist/api";
import { FieldError } from "../watchlist/fields";
import { useWatchlist } from "../watchlist/state";
import {
  feedPath,
  type ListedRule,
  putRule,
  type Replay,
  type Rule,
  removeRule,
  sendTest,
  tryRule,
  useRules,
} from "./api";
import { RuleChanges } from "./changes";
import { conditionText } from "./conditions";
import { newRule, RuleForm } from "./editor";
import { useReturningFocus } from "./focus";
import { channelsText, problemsOf, quietText, statusText, trialText } from "./status";

export function RuleList() {
  const state = useRules();
  const [removed, setRemoved] = useState<Rule>();
  const subjects = useWatchlist().data?.watchlist.subjects ?? [];
  const names = new Map(subjects.map(({ id, name }) => [id, name]));
  return (
    <DataState state={state} skeleton={<Skeleton height={52} rows={4} />}>
      {({ rules, etag }) => {
        const taken = rules.map((each) => each.id);
        return (
          <>
            <Adding taken={taken} subjects={subjects} />
            <Removed rule={removed} onReturn={() => setRemoved(undefined)} />
            {rules.length === 0 && <EmptyNote title="There are no rules yet." />}
            <ul class="incident-rows">
              {rules.map((each) => (
                <EditableRule
                  key={each.id}
                  rule={each}
                  scope={scopeName(each.scope, names)}
                  taken={taken}
                  subjects={subjects}
                  onRemoved={() => setRemoved(each)}
                />
              ))}
            </ul>
            <RuleChanges version={etag} />
          </>
        );
      }}
    </DataState>
  );
}

interface AddingProps {
  /** The ids of all rules. */
  taken: string[];
  subjects: Subject[];
}

function Adding({ taken, subjects }: AddingProps) {
  const [isOpen, setOpen] = useState(false);
  const button = useReturningFocus(isOpen);
  if (isOpen) {
    return (
      <RuleForm
        stored={newRule()}
        taken={taken}
        subjects={subjects}
        onDone={() => setOpen(false)}
      />
    );
  }
  return (
    <p>
      <button ref={button} type="button" class="button primary" onClick={() => setOpen(true)}>
        Add a rule
      </button>
    </p>
  );
}

/** A way back after a rule was removed. */
function Removed({ rule, onReturn }: { rule: Rule | undefined; onReturn: () => void }) {
  const notice = useRef<HTMLDivElement>(null);
  const back = useAction(async () => {
    if (rule) await putRule(rule);
    onReturn();
    notice.current?.focus();
  });
  useEffect(() => {
    // The button of the removed row is gone. The focus goes before the way back, not on it, so
    // that a second Enter changes nothing.
    if (rule && document.activeElement === document.body) notice.current?.focus();
  }, [rule]);
  return (
    <div ref={notice} role="status" tabIndex={-1}>
      {rule && (
        <p>
          {rule.name} was removed.{" "}
          <button type="button" class="button" aria-busy={back.isBusy} onClick={back.run}>
            Put it back
          </button>
          <FieldError text={back.error?.message} />
        </p>
      )}
    </div>
  );
}

/** Return what a scope is called. */
function scopeName(scope: string, subjects: Map<string, string>): string {
  const [kind, id] = scope.split(":");
  if (!id) return "everything";
  return kind === "subject" ? (subjects.get(id) ?? id) : id;
}

interface EditableProps extends AddingProps {
  rule: ListedRule;
  scope: string;
  onRemoved: () => void;
}

/** A row, or the form of its rule in its place. */
function EditableRule({ rule, scope, taken, subjects, onRemoved }: EditableProps) {
  const [isEdited, setEdited] = useState(false);
  const button = useReturningFocus(isEdited);
  return (
    <li class="rule">
      {isEdited ? (
        <RuleForm stored={rule} taken={taken} subjects={subjects} onDone={() => setEdited(false)} />
      ) : (
        <RuleRow
          rule={rule}
          scope={scope}
          editButton={button}
          onEdit={() => setEdited(true)}
          onRemoved={onRemoved}
        />
      )}
    </li>
  );
}

interface RowProps {
  rule: ListedRule;
  scope: string;
  editButton: RefObject<HTMLButtonElement | null>;
  onEdit: () => void;
  onRemoved: () => void;
}

function RuleRow({ rule, scope, editButton, onEdit, onRemoved }: RowProps) {
  const [sent, setSent] = useState<string>();
  const [replay, setReplay] = useState<Replay>();
  const switching = useAction(() => putRule({ ...rule, enabled: !rule.enabled }));
  const test = useAction(async () => setSent(await sendTest(rule)));
  const trial = useAction(async () => setReplay(await tryRule(rule)));
  const removal = useAction(async () => {
    await removeRule(rule);
    onRemoved();
  });
  const isBusy = [switching, test, trial, removal].some((each) => each.isBusy);
  const buttons = [
    { text: rule.enabled ? "Switch off" : "Switch on", run: switching.run },
    { text: "Edit", run: onEdit, ref: editButton },
    { text: "Try", run: trial.run },
    ...(rule.channels.length ? [{ text: "Send a test", run: test.run }] : []),
    { text: "Remove", run: removal.run },
  ];
  return (
    <>
      <p class="incident-head">
        <span class={`rule-status ${rule.status}`}>{statusText(rule)}</span>
        <strong>{rule.name}</strong>
      </p>
      <p class="muted">
        {[conditionText(rule.condition), scope, channelsText(rule), quietText(rule), rule.note]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {rule.status === "no_data" && <p class="muted">{rule.status_reason}</p>}
      {problemsOf(rule).map((each) => (
        <p key={each} class="warning">
          {each}
        </p>
      ))}
      <div class="one-line">
        {buttons.map(({ text, run, ref }, place) => (
          <button
            // Not its text: the button keeps the focus when a press changes it.
            key={place}
            ref={ref ?? null}
            type="button"
            class="button"
            aria-busy={isBusy}
            aria-label={`${text}: ${rule.name}`}
            onClick={run}
          >
            {text}
          </button>
        ))}
        <a href={feedPath(rule)} aria-label={`Feed: ${rule.name}`}>
          Feed
        </a>
      </div>
      <p class="muted" role="status">
        {sent && (
          <>
            A test is on its way: <Link to={{ incident: sent }}>see what became of it</Link>.
          </>
        )}
      </p>
      {replay && <Replayed replay={replay} />}
      <FieldError text={(switching.error ?? test.error ?? trial.error ?? removal.error)?.message} />
    </>
  );
}

/** What a rule would have sent, so that its noise is known before it is switched on. */
function Replayed({ replay }: { replay: Replay }) {
  const { evaluated, unknown, reasons, messages } = replay;
  return (
    <div class="replay" role="status">
      <p>
        {trialText(replay)}
        <span class="muted">
          {" "}
          {plural(evaluated, "hour")} looked at
          {unknown > 0 && `, of which ${unknown} can't be judged`}.
        </span>
      </p>
      <ul class="muted updates">
        {Object.entries(reasons).map(([reason, hours]) => (
          <li key={reason}>
            {plural(hours, "hour")}: {reason}
          </li>
        ))}
      </ul>
      <ol class="updates">
        {messages.map(({ at, event, cause, sentence }) => (
          <li key={`${at} ${event} ${cause}`}>
            <span class="muted">
              {dateTime(at)}, {event}
            </span>{" "}
            {sentence}
          </li>
        ))}
      </ol>
    </div>
  );
}
