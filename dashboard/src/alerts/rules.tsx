/** The rules: a list, each with what can be done about it, and a form that adds and edits them. */

import { useState } from "preact/hooks";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { dateTime, plural } from "../format";
import { useAction } from "../request";
import { FieldError } from "../watchlist/fields";
import { useWatchlist } from "../watchlist/state";
import {
  type Channel,
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
import { CHANNELS, conditionText } from "./conditions";
import { newRule, RuleForm } from "./editor";
import { problemsOf, statusText } from "./status";

export function RuleList() {
  const state = useRules();
  const [edited, setEdited] = useState<Rule | null>(null);
  const subjects = useWatchlist().data?.watchlist.subjects ?? [];
  const names = new Map(subjects.map(({ id, name }) => [id, name]));
  return (
    <DataState state={state} skeleton={<Skeleton height={52} rows={4} />}>
      {({ rules, etag }) => (
        <>
          {edited ? (
            <RuleForm
              key={edited.id}
              stored={edited}
              taken={rules.map((each) => each.id)}
              subjects={subjects}
              onDone={() => setEdited(null)}
            />
          ) : (
            <p>
              <button type="button" class="button primary" onClick={() => setEdited(newRule())}>
                Add a rule
              </button>
            </p>
          )}
          {rules.length === 0 && <EmptyNote title="There are no rules yet." />}
          <ul class="incident-rows">
            {rules.map((each) => (
              <RuleRow
                key={each.id}
                rule={each}
                scope={scopeName(each.scope, names)}
                onEdit={() => setEdited(each)}
              />
            ))}
          </ul>
          <RuleChanges version={etag} />
        </>
      )}
    </DataState>
  );
}

/** Return what a scope is called. */
function scopeName(scope: string, subjects: Map<string, string>): string {
  const [kind, id] = scope.split(":");
  if (!id) return "everything";
  return kind === "subject" ? (subjects.get(id) ?? id) : id;
}

interface RowProps {
  rule: ListedRule;
  scope: string;
  onEdit: () => void;
}

function RuleRow({ rule, scope, onEdit }: RowProps) {
  const [isSent, setSent] = useState(false);
  const [replay, setReplay] = useState<Replay>();
  const switching = useAction(() => putRule({ ...rule, enabled: !rule.enabled }));
  const test = useAction(async () => {
    await sendTest(rule);
    setSent(true);
  });
  const trial = useAction(async () => setReplay(await tryRule(rule)));
  const removal = useAction(() => removeRule(rule));
  const isBusy = [switching, test, trial, removal].some((each) => each.isBusy);
  const buttons = [
    { text: rule.enabled ? "Switch off" : "Switch on", run: switching.run },
    { text: "Edit", run: onEdit },
    { text: "Try", run: trial.run },
    ...(rule.channels.length ? [{ text: "Send a test", run: test.run }] : []),
    { text: "Remove", run: removal.run },
  ];
  return (
    <li class="rule">
      <p class="incident-head">
        <span class={`rule-status ${rule.status}`}>{statusText(rule)}</span>
        <strong>{rule.name}</strong>
      </p>
      <p class="muted">
        {conditionText(rule.condition)} · {scope} · {channelsText(rule)}
        {rule.note && ` · ${rule.note}`}
      </p>
      {rule.status === "no_data" && <p class="muted">{rule.status_reason}</p>}
      {problemsOf(rule).map((each) => (
        <p key={each} class="warning">
          {each}
        </p>
      ))}
      <div class="one-line">
        {buttons.map(({ text, run }) => (
          <button
            key={text}
            type="button"
            class="button"
            disabled={isBusy}
            aria-label={`${text}: ${rule.name}`}
            onClick={run}
          >
            {text}
          </button>
        ))}
      </div>
      {isSent && (
        <p class="muted" role="status">
          A test is on its way; the incidents above say what became of it.
        </p>
      )}
      {replay && <Replayed replay={replay} />}
      <FieldError text={(switching.error ?? test.error ?? trial.error ?? removal.error)?.message} />
    </li>
  );
}

/** What a rule would have sent, so that its noise is known before it is switched on. */
function Replayed({ replay }: { replay: Replay }) {
  const { days, evaluated, unknown, reasons, messages } = replay;
  return (
    <div class="replay" role="status">
      <p>
        Over the last {plural(days, "day")} it would have sent {plural(messages.length, "message")}.
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

function channelsText({ channels }: Rule): string {
  if (!channels.length) return "no channel: incidents are only listed";
  return channels.map(channelText).join(", ");
}

/** Return a channel's name, with the number of people who get e-mails by it. */
function channelText({ type, to }: Channel): string {
  const people = type === "email" && to ? to.split(",").length : 1;
  return people > 1 ? `${CHANNELS[type].name} to ${people} people` : CHANNELS[type].name;
}
