/** Why a scope changed: the sentence, its contributions, quotes, and five items to read. */

import type { ComponentChildren } from "preact";
import type { CitedItem, Contribution, Explanation, QuotedSentence } from "../api";
import { Columns } from "../components/columns";
import { DataState, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { ScrollRegion } from "../components/scroll_region";
import { LabelIcon } from "../components/sentiment";
import { communityName, plural } from "../format";
import { address } from "../navigation";
import { useExplanation } from "../queries";
import {
  type Dimension,
  dimensionsOf,
  effectRange,
  effectText,
  isRest,
  itemsText,
  partsOf,
} from "./text";

interface Props {
  subject?: string | null;
  community?: string | null;
}

export function Reasons({ subject = null, community = null }: Props) {
  const state = useExplanation({ subject, community }, address.value.hours);
  return (
    <section class="card explained" aria-labelledby="explained">
      <h2 id="explained">Why</h2>
      <DataState state={state} skeleton={<Skeleton height={28} rows={4} />}>
        {(found) => <Found found={found} />}
      </DataState>
    </section>
  );
}

/** The columns of each part's figures. */
const FIGURES = ["Effect", "Mood", "Mix", "95% interval", "Items", "Before"];

type Cited = Map<string, CitedItem>;

function Found({ found }: { found: Explanation }) {
  const cited: Cited = new Map(found.cited.map((each) => [each.id, each]));
  const dimensions = dimensionsOf(found);
  return (
    <>
      <p class="explained-sentence">{found.sentence}</p>
      {found.quotes.map(({ kind_of, name, sentences }) => (
        <figure key={`${kind_of} ${name}`} class="explained-quotes">
          <figcaption class="muted">
            {kind_of === "community" ? communityName(name) : name}, in their words
          </figcaption>
          {sentences.map((each) => (
            <QuoteOf key={each.item} quote={each} item={cited.get(each.item)} />
          ))}
        </figure>
      ))}
      {found.read_these.length > 0 && (
        <>
          <h3>Read these {found.read_these.length}</h3>
          <ol class="explained-reads">
            {found.read_these.map(({ item, text, why }) => (
              <li key={item}>
                <Opened item={cited.get(item)}>{text}</Opened>
                <p class="muted">{why}</p>
              </li>
            ))}
          </ol>
        </>
      )}
      {dimensions.length > 0 && (
        <details class="explained-parts">
          <summary>What adds up to the change</summary>
          {dimensions.map((each) => (
            <Parts key={each.heading} dimension={each} cited={cited} />
          ))}
          <p class="muted">
            Mood is the effect of what a part says, mix that of its share of the items: together
            they are its effect, and the effects of a table add up to the change. Bold: more than
            chance makes, of the effect or of the number of items. {found.looked_at.read} of{" "}
            {plural(found.looked_at.items, "item")} were read for topics, threads and items.
          </p>
        </details>
      )}
    </>
  );
}

function Parts({ dimension, cited }: { dimension: Dimension; cited: Cited }) {
  return (
    <ScrollRegion name={`Contributions of ${dimension.heading.toLowerCase()}`}>
      <table>
        <Columns names={[dimension.heading, ...FIGURES]} />
        <tbody>
          {dimension.parts.map((part) => (
            <PartRow key={part.id ?? part.name} part={part} cited={cited} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function PartRow({ part, cited }: { part: Contribution; cited: Cited }) {
  const name = part.kind_of === "community" && !isRest(part) ? communityName(part.name) : part.name;
  const first = cited.get(part.items[0] ?? "");
  const ofVolume = part.is_volume_beyond_chance ? "is-clear" : undefined;
  return (
    <tr class={part.is_beyond_chance ? "is-clear" : undefined}>
      <th scope="row">{isRest(part) ? "All others" : <Opened item={first}>{name}</Opened>}</th>
      <td>{effectText(part.effect)}</td>
      <td>{effectText(part.mood)}</td>
      <td>{effectText(part.mix)}</td>
      <td>{effectRange(part.interval)}</td>
      <td class={ofVolume}>{itemsText(part.n)}</td>
      <td class={ofVolume}>{itemsText(part.n_before)}</td>
    </tr>
  );
}

export function QuoteOf({ quote, item }: { quote: QuotedSentence; item: CitedItem | undefined }) {
  return (
    <blockquote dir="auto">
      {item && <LabelIcon label={item.label} named />}{" "}
      <Opened item={item}>
        {partsOf(quote).map((part, number) =>
          part.isMarked ? (
            <mark key={number} class="deciding">
              {part.text}
            </mark>
          ) : (
            part.text
          ),
        )}
      </Opened>
    </blockquote>
  );
}

/** A link to the panel of the item's post; without an item, the words alone. */
export function Opened({
  item,
  children,
}: {
  item: CitedItem | undefined;
  children: ComponentChildren;
}) {
  if (!item) return <>{children}</>;
  const post = `${item.community}/${item.post_id}`;
  return <Link to={{ view: "posts", post }}>{children}</Link>;
}
