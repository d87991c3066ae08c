/** The digests that are sent: a list, each with what can be done about it, and their form. */

import { useState } from "preact/hooks";
import { DataState, EmptyNote, ErrorNote, Skeleton } from "../components/data_state";
import { dateTime, plural } from "../format";
import { useAction } from "../request";
import { FieldError } from "../watchlist/fields";
import { useWatchlist } from "../watchlist/state";
import { CHANNELS } from "./conditions";
import { DigestForm, newDigest } from "./digest_editor";
import { digestProblems, digestStatus, scheduleText } from "./digest_text";
import {
  type Digest,
  type Issue,
  type Issues,
  type ListedDigest,
  putDigest,
  removeDigest,
  sendDigestTest,
  useDigests,
  useIssues,
} from "./digests_api";

export function DigestList() {
  const state = useDigests();
  const [edited, setEdited] = useState<Digest | null>(null);
  const subjects = useWatchlist().data?.watchlist.subjects ?? [];
  const names = new Map(subjects.map(({ id, name }) => [id, name]));
  return (
    <DataState state={state} skeleton={<Skeleton height={52} rows={2} />}>
      {({ digests }) => (
        <>
          {edited ? (
            <DigestForm
              key={edited.id}
              stored={edited}
              taken={digests.map((each) => each.id)}
              subjects={subjects}
              onDone={() => setEdited(null)}
            />
          ) : (
            <p>
              <button type="button" class="button primary" onClick={() => setEdited(newDigest())}>
                Add a digest
              </button>
            </p>
          )}
          {digests.length === 0 && <EmptyNote title="No digest is sent yet." />}
          <ul class="incident-rows">
            {digests.map((each) => (
              <DigestEntry
                key={each.id}
                digest={each}
                about={aboutText(each, names)}
                onEdit={() => setEdited(each)}
              />
            ))}
          </ul>
        </>
      )}
    </DataState>
  );
}

function aboutText({ subjects, channels }: Digest, names: Map<string, string>): string {
  const about = subjects
    ? subjects.map((each) => names.get(each) ?? each).join(", ")
    : "own subjects and competitors";
  const to = channels.map(({ type }) => CHANNELS[type].name).join(", ");
  return `${about} · ${to || "no channel: nothing is sent"}`;
}

interface EntryProps {
  digest: ListedDigest;
  about: string;
  onEdit: () => void;
}

function DigestEntry({ digest, about, onEdit }: EntryProps) {
  /** The number of tests that were sent from here; each shows the issues anew. */
  const [tests, setTests] = useState(0);
  const [isShown, setShown] = useState(false);
  const switching = useAction(() => putDigest({ ...digest, enabled: !digest.enabled }));
  const test = useAction(async () => {
    await sendDigestTest(digest);
    setTests(tests + 1);
    setShown(true);
  });
  const removal = useAction(() => removeDigest(digest));
  const isBusy = [switching, test, removal].some((each) => each.isBusy);
  const buttons = [
    { text: digest.enabled ? "Switch off" : "Switch on", run: switching.run },
    { text: "Edit", run: onEdit },
    ...(digest.channels.length ? [{ text: "Send a test", run: test.run }] : []),
    { text: isShown ? "Hide what was sent" : "What was sent", run: () => setShown(!isShown) },
    { text: "Remove", run: removal.run },
  ];
  return (
    <li class="rule">
      <p class="incident-head">
        <span class={`rule-status ${digest.status === "failed" ? "broken" : ""}`}>
          {digestStatus(digest)}
        </span>
        <strong>{digest.name}</strong>
      </p>
      <p class="muted">
        {scheduleText(digest)} · {about}
        {digest.note && ` · ${digest.note}`}
      </p>
      {digestProblems(digest).map((each) => (
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
            aria-label={`${text}: ${digest.name}`}
            onClick={run}
          >
            {text}
          </button>
        ))}
      </div>
      {isShown && <WhatWasSent key={tests} digest={digest} />}
      <FieldError text={(switching.error ?? test.error ?? removal.error)?.message} />
    </li>
  );
}

function WhatWasSent({ digest }: { digest: Digest }) {
  const { found, error } = useIssues(digest.id);
  if (error) return <ErrorNote error={error} />;
  if (!found) return <Skeleton height={24} rows={2} />;
  return (
    <div class="replay" role="status">
      {found.tests.length > 0 && <p class="muted">A test is on its way.</p>}
      {found.issues.length ? <IssueList issues={found.issues} /> : <NothingSent found={found} />}
    </div>
  );
}

function NothingSent({ found }: { found: Issues }) {
  return found.tests.length ? null : <p class="muted">Nothing was sent yet.</p>;
}

function IssueList({ issues }: { issues: Issue[] }) {
  return (
    <ul class="updates" aria-label="What was sent">
      {issues.map((each) => linesOf(each))}
    </ul>
  );
}

function linesOf(issue: Issue) {
  const name = `${issue.kind === "test" ? "Test, " : ""}up to ${issue.period_end}`;
  if (!issue.deliveries.length) {
    return (
      <li key={issue.id}>
        {name}: <span class="warning">not made, {issue.error}</span>{" "}
        <span class="muted">{dateTime(issue.made_at)}</span>
      </li>
    );
  }
  return issue.deliveries.map(({ id, channel, status, error, sent_at, due, folded }) => (
    <li key={`${issue.id} ${id}`}>
      {name}, {CHANNELS[channel.type].name}
      {channel.address && ` ${channel.address}`}: {status}
      {folded > 0 && `, with ${plural(folded, "alert")} not sent before`}
      {error && <span class="warning"> {error}</span>}{" "}
      <span class="muted">{dateTime(sent_at ?? due)}</span>
    </li>
  ));
}
