/** What a person may correct of an item: its label, that of a product, and what it is about. */

import { LABELS } from "../address";
import { apiPath, type Comment, type CorrectionBody, fetchJson, type Post } from "../api";
import { keyHeaders, withKey } from "../function_key";
import { address } from "../navigation";
import { reloadPost } from "../queries";
import { reloadAll, useAction } from "../request";

type Item = Post | Comment;

/** Figures follow a correction within seconds. */
const FIGURES_FOLLOW_MS = 3_000;

/** Store what is wrong of an item, and show it. Throws ApiError. */
async function correct(item: Item, body: CorrectionBody): Promise<void> {
  const kind = "post_id" in item ? "comment" : "post";
  const path = apiPath(`/corrections/${item.id}`, { kind, subreddit: item.subreddit });
  await withKey("Correct", () =>
    fetchJson(path, {
      method: "PUT",
      headers: { ...keyHeaders(), "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
  const { post } = address.value;
  if (post) await reloadPost(post);
  setTimeout(reloadAll, FIGURES_FOLLOW_MS);
}

interface ChoiceProps {
  item: Item;
  body: CorrectionBody;
  text: string;
  isChosen?: boolean;
}

function Choice({ item, body, text, isChosen }: ChoiceProps) {
  const { run, isBusy, error } = useAction(() => correct(item, body));
  return (
    <>
      <button
        type="button"
        class="choice"
        disabled={isBusy}
        onClick={run}
        {...(isChosen === undefined ? {} : { "aria-pressed": isChosen })}
      >
        {text}
      </button>
      {error && (
        <span class="warning" role="alert">
          {error.message}
        </span>
      )}
    </>
  );
}

interface Props {
  item: Item;
  /** The sentiment that may be wrong. */
  said: Pick<Post["sentiment"], "label" | "corrected">;
  /** The product that it is about, with its name; without it, it is that of the whole text. */
  about?: { subject: string; name: string };
}

/** Offer the labels, and to take a correction back. */
export function Correcting({ item, said, about }: Props) {
  const bodyOf = (label: (typeof LABELS)[number] | null): CorrectionBody =>
    about ? { targets: { [about.subject]: label } } : { label };
  return (
    <details class="correcting">
      <summary aria-label={`Wrong? Correct what it says ${about ? `of ${about.name}` : "at all"}`}>
        Wrong?
      </summary>
      {LABELS.map((label) => (
        <Choice
          key={label}
          item={item}
          body={bodyOf(label)}
          text={label}
          isChosen={said.corrected && said.label === label}
        />
      ))}
      {about && (
        <Choice
          item={item}
          body={{ mentions: { [about.subject]: false } }}
          text={`not about ${about.name}`}
        />
      )}
      {said.corrected && <Choice item={item} body={bodyOf(null)} text="undo" />}
    </details>
  );
}

/** List the products that a person said the item isn't about, and offer to take that back. */
export function NotAbout({ item, nameOf }: { item: Item; nameOf: (subject: string) => string }) {
  if (!item.not_about.length) return null;
  return (
    <ul class="products" aria-label="What it isn't about">
      {item.not_about.map((subject) => (
        <li key={subject}>
          not about <b>{nameOf(subject)}</b> <span class="basis">corrected</span>
          <Choice item={item} body={{ mentions: { [subject]: null } }} text="undo" />
        </li>
      ))}
    </ul>
  );
}
