/** What a rule would match in the last days, while one types. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { NO_FILTER } from "../address";
import type { ApiError } from "../api";
import { Age } from "../components/age";
import { EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { communityName, count, dateTime, plural, share } from "../format";
import { retryDelay, retryText, settle } from "../request";
import { fetchPreview, type KeptOut, type Preview, type PreviewItem, type Rule } from "./api";
import { splitAtMarks } from "./marks";
import { cleanRule } from "./rule";

/** Typing pauses for this long before the rule is sent. */
const PAUSE_MS = 400;

export interface PreviewState {
  /** The last good answer; it may be of an earlier rule. */
  data: Preview | undefined;
  error: ApiError | undefined;
  /** Whether a newer rule is being looked at. */
  isPending: boolean;
}

/** Return what the rule would match. The answer to the last rule wins. */
export function usePreview(id: string | null, rule: Rule, isSaving: boolean): PreviewState {
  const [state, setState] = useState<PreviewState>({
    data: undefined,
    error: undefined,
    isPending: true,
  });
  const latest = useRef(0);
  const sent = cleanRule(rule);
  const key = JSON.stringify([id, { ...sent, name: "", role: "topic" }]);
  useEffect(() => {
    // Once it is stored, a new rule would duplicate itself.
    if (isSaving) return;
    latest.current += 1;
    const number = latest.current;
    let timer: number | undefined;
    const ask = async () => {
      const { data, error } = await settle(fetchPreview(id, sent));
      if (number !== latest.current) return;
      if (error?.isTransient) timer = setTimeout(ask, retryDelay(error)) as unknown as number;
      setState((before) => ({ data: data ?? before.data, error, isPending: false }));
    };
    if (sent.terms.length) {
      setState((before) => ({ ...before, isPending: true }));
      timer = setTimeout(ask, PAUSE_MS) as unknown as number;
    } else setState({ data: undefined, error: undefined, isPending: false });
    return () => {
      latest.current += 1;
      clearTimeout(timer);
    };
  }, [key, isSaving]);
  return state;
}

export function PreviewPanel({ state, names }: { state: PreviewState; names: Names }) {
  const { data, error, isPending } = state;
  return (
    <section class="card preview" aria-labelledby="preview" aria-busy={isPending}>
      <div class="card-head">
        <h2 id="preview">Preview</h2>
        <p class="muted" role="status">
          {isPending ? "Looking…" : data && spanText(data)}
        </p>
      </div>
      {error?.isTransient && (
        <p class="warning" role="alert">
          {error.message} {retryText(error)}
        </p>
      )}
      {data && error && !error.isTransient && (
        <p class="muted" role="status">
          This rule is refused. The last one that wasn't:
        </p>
      )}
      {data ? (
        <Found preview={data} names={names} />
      ) : isPending ? (
        <Skeleton height={40} rows={5} />
      ) : (
        !error && (
          <EmptyNote title="Add a name.">What it would match is shown here as you type.</EmptyNote>
        )
      )}
    </section>
  );
}

/** The names of subjects by their ids. */
type Names = Map<string, string>;

function spanText({ days, is_whole, since, looked_at }: Preview): string {
  return is_whole
    ? `The last ${plural(days, "day")}`
    : `The newest ${plural(looked_at, "item")}, since ${dateTime(since)}`;
}

function countText({ matched, looked_at }: Preview): string {
  return `${count(matched)} of ${plural(looked_at, "item")} would match`;
}

/** The count of the preview beside the buttons, where the preview is below them. */
export function PreviewLine({ state: { data } }: { state: PreviewState }) {
  if (!data) return null;
  return (
    <p class="muted preview-line">
      <a href="#preview">{countText(data)}</a>
    </p>
  );
}

function Found({ preview, names }: { preview: Preview; names: Names }) {
  const { matched, looked_at, examples, kept_out, kept_out_examples } = preview;
  const kept = [
    [kept_out.excluded, "excluded"],
    [kept_out.no_context, "without context"],
    [kept_out.longer_name, "in a longer name"],
  ] as const;
  const reasons = kept.filter(([items]) => items).map(([items, why]) => `${count(items)} ${why}`);
  return (
    <>
      <p class="preview-count">
        <b>{count(matched)}</b> of {plural(looked_at, "item")} would match{" "}
        <span class="muted">({share(matched, looked_at)})</span>
      </p>
      <ByCommunity preview={preview} />
      <Examples title="Would match" more={null}>
        {examples.map((each) => (
          <Example key={each.kind + each.id} item={each} />
        ))}
      </Examples>
      {reasons.length > 0 && (
        <Examples title="Kept out" more={reasons.join(", ")}>
          {kept_out_examples.map((each) => (
            <Example key={each.kind + each.id} item={each} reason={reasonText(each, names)} />
          ))}
        </Examples>
      )}
    </>
  );
}

function reasonText({ reason, phrase, subject }: KeptOut, names: Names): string {
  if (reason === "excluded") return `“${phrase}” is excluded`;
  if (reason === "no_context") return "no context word near it";
  return `“${phrase}” is ${names.get(subject ?? "") ?? subject}`;
}

function ByCommunity({ preview: { communities } }: { preview: Preview }) {
  const found = communities.filter(({ text, home }) => text || home);
  const most = Math.max(1, ...found.map(({ text }) => text));
  if (!found.length) return null;
  return (
    <ul class="preview-communities" aria-label="Matches by community">
      {found.map(({ community, text, home }) => (
        <li key={community}>
          <span>
            {communityName(community)}
            {home > 0 && <span class="muted"> and {count(home)} by home</span>}
          </span>
          <span class="preview-bar" style={{ width: `${(100 * text) / most}%` }} />
          <span>{count(text)}</span>
        </li>
      ))}
    </ul>
  );
}

interface ExamplesProps {
  title: string;
  more: string | null;
  children: ComponentChildren[];
}

function Examples({ title, more, children }: ExamplesProps) {
  return (
    <section class="examples">
      <h3>
        {title} {more && <span class="muted">{more}</span>}
      </h3>
      {children.length ? <ul>{children}</ul> : <p class="muted">Nothing.</p>}
    </section>
  );
}

function Example({ item, reason }: { item: PreviewItem; reason?: string }) {
  const { kind, community, created_utc, text, marks } = item;
  const post = `${community}/${item.post_id}`;
  return (
    <li>
      <p class="muted">
        <Link to={{ view: "posts", subject: null, subreddit: null, post, ...NO_FILTER }}>
          {kind === "comment" ? `comment in ${communityName(community)}` : communityName(community)}
        </Link>
        {" · "}
        <Age time={created_utc} />
        {reason && <b> · {reason}</b>}
      </p>
      <p class="example-text">
        {splitAtMarks(text, marks as [number, number][]).map((part, number) =>
          number % 2 ? <mark key={number}>{part}</mark> : part,
        )}
      </p>
    </li>
  );
}
