/** What an item says of each product that it mentions, and the words that decided it. */

import type { Comment, Post } from "../api";
import { SUBJECT_PREFIX } from "../api";
import type { ScopeName } from "../components/scope_name";
import { Basis, LabelIcon } from "../components/sentiment";
import { VIA_NAMES } from "../components/via";
import { Correcting } from "./correcting";

type Item = Post | Comment;

/** Return the words that decided the labels of an item and of its mentions. */
export function decidingWords({
  mentions,
  sentiment,
}: Pick<Item, "mentions" | "sentiment">): string[] {
  const all = [sentiment, ...mentions.map((mention) => mention.sentiment)];
  return [...new Set(all.flatMap((each) => each?.deciding ?? []))];
}

interface Props {
  item: Item;
  nameOf: ScopeName;
}

/** List the products with their labels; one without its own has that of the whole text. */
export function Products({ item, nameOf }: Props) {
  const { mentions, sentiment } = item;
  // A comment that names nothing would only repeat its thread.
  const shown = mentions.filter(({ via, sentiment: own }) => via === "text" || own);
  if (!shown.length) return null;
  return (
    <ul class="products" aria-label="What it says of products">
      {shown.map((mention) => {
        const said = mention.sentiment ?? sentiment;
        const name = nameOf(SUBJECT_PREFIX + mention.subject);
        return (
          <li key={mention.subject}>
            <LabelIcon label={said.label} /> <b>{name}</b>{" "}
            <span class={`score ${said.label}`}>{said.label}</span>
            <span class="muted">
              {mention.via !== "text" && ` ${VIA_NAMES[mention.via]}`}
              {!mention.sentiment && " as the whole text"}
              {said.deciding.length > 0 && `, by ${quoted(said.deciding)}`}
            </span>
            <Basis sentiment={said} />
            {mention.added && <span class="basis">added by a person</span>}
            <Correcting
              item={item}
              said={mention.sentiment ?? { label: said.label, corrected: false }}
              about={{ subject: mention.subject, name }}
            />
          </li>
        );
      })}
    </ul>
  );
}

function quoted(words: string[]): string {
  return words.map((word) => `“${word}”`).join(", ");
}
