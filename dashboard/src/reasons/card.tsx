/** Why a scope changed: the sentence, its contributions, quotes, and five items to read. */

import type { ComponentChildren } from "preact";
import type { CitedItem, Contribution, Explanation, QuotedSentence } from "../api";
import { Columns } from "../components/columns";
import { DataState, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { ScrollRegion } from "../components/scroll_region";
import { LabelIcon } from "../components/sentiment";
import { communityName, dateTime, plural } from "../format";
import { address } from "../navigation";
import { explanationReport, useExplanation } from "../queries";
import { Report } from "./report";
import {
  type Dimension,
  dimensionsOf,
  effectRange,
  effectText,
  isOpen,
  isRest,
  moodText,
  partCounts,
  partsOf,
  reportName,
  spansText,
  volumeText,
} from "./text";

interface Props {
  /** all, subject:ID, or a community. */
  scope: string;
}

export function Reasons({ scope }: Props) {
  const { hours } = address.value;
  const state = useExplanation(scope, hours);
  return (
    <section class="card explained" aria-labelledby="explained">
      <div class="card-head">
        <h2 id="explained">Why</h2>
        {state.data && (
          <Report path={explanationReport(scope, hours)} name={reportName(state.data)} />
        )}
      </div>
      <DataState state={state} skeleton={<Skeleton height={28} rows={4} />}>
        {(found) => <Found found={found} />}
      </DataState>
    </section>
  );
}

/** The columns of each part's figures. */
const FIGURES = ["Effect", "95% interval", "Items", "Before", "Mood", "Mix"];

type Cited = Map<string, CitedItem>;

function Found({ found }: { found: Explanation }) {
  const cited: Cited = new Map(found.cited.map((each) => [each.id, each]));
  const dimensions = dimensionsOf(found);
  return (
    <>
      <p class="explained-sentence">{found.sentence}</p>
      <dl class="explained-basis">
        <dt>Mood</dt>
        <dd>{moodText(found)}</dd>
        <dt>Items</dt>
        <dd>{volumeText(found)}</dd>
        <dt>Time</dt>
        <dd>{spansText(found)}</dd>
      </dl>
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
        <div class="explained-parts">
          <h3>What adds up to the change</h3>
          {dimensions.map((each, place) => (
            <details key={each.heading} open={isOpen(each, place)}>
              <summary>{each.heading}</summary>
              <Parts dimension={each} cited={cited} />
            </details>
          ))}
          <p class="muted">
            Mood is the effect of what a part says, mix that of its share of the items: together
            they are its effect, and the effects of a table add up to the change. Bold: more than
            chance makes, of the effect or of the number of items. {found.looked_at.read} of{" "}
            {plural(found.looked_at.items, "item")}, and {found.looked_at.read_before} of{" "}
            {found.looked_at.items_before} before, were read for topics, quotes and single items.
          </p>
        </div>
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
  const [n, before] = partCounts(part);
  const ofVolume = part.is_volume_beyond_chance ? "is-clear" : undefined;
  return (
    <tr class={part.is_beyond_chance ? "is-clear" : undefined}>
      <th scope="row">{isRest(part) ? "All others" : <Opened item={first}>{name}</Opened>}</th>
      <td>{effectText(part.effect)}</td>
      <td>{effectRange(part.interval)}</td>
      <td class={ofVolume}>{n}</td>
      <td class={ofVolume}>{before}</td>
      <td>{!isRest(part) && effectText(part.mood)}</td>
      <td>{!isRest(part) && effectText(part.mix)}</td>
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
      </Opened>{" "}
      {item && (
        <span class="muted explained-source">
          {communityName(item.community)}, {dateTime(item.created_utc)}
        </span>
      )}
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
