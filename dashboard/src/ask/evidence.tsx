/** What an answer rests on: each read with its views, and the posts and comments in it. */

import { Age } from "../components/age";
import { Link } from "../components/link";
import { LabelIcon } from "../components/sentiment";
import { communityName } from "../format";
import { isWebAddress } from "../posts/links";
import type { Answer, Evidence } from "./api";
import { isOfApi, type NumberedItem, numberItems, pageOf, postView } from "./text";

/** Move the focus to the evidence or the item with this number. */
export function lookAt(number: string): void {
  document.getElementById(`evidence-${number}`)?.focus();
}

export function EvidenceList({ answer }: { answer: Answer }) {
  const numbered = numberItems(answer);
  return (
    <section class="ask-evidence" aria-labelledby="ask-evidence">
      <h2 id="ask-evidence">Evidence</h2>
      <ol>
        {answer.evidence.map((each) => (
          <Read
            key={each.number}
            evidence={each}
            items={numbered.filter(({ item }) => item.evidence === each.number)}
            isInvented={answer.origin === "sample"}
          />
        ))}
      </ol>
    </section>
  );
}

interface ReadProps {
  evidence: Evidence;
  items: NumberedItem[];
  isInvented: boolean;
}

function Read({ evidence, items, isInvented }: ReadProps) {
  const { number, title, request } = evidence;
  const page = pageOf(evidence);
  return (
    <li class="card evidence" id={`evidence-${number}`} tabIndex={-1}>
      <h3>
        <span class="cite" aria-hidden="true">
          {number}
        </span>
        <span class="hidden">Evidence {number}: </span>
        {title}
      </h3>
      {items.length > 0 && (
        <ol class="evidence-items">
          {items.map((each) => (
            <Item key={each.number} numbered={each} isInvented={isInvented} />
          ))}
        </ol>
      )}
      <p class="evidence-links">
        {page && <Link to={page}>Show in the page</Link>}
        {isOfApi(evidence) && <a href={request}>The same from the API</a>}
      </p>
    </li>
  );
}

interface ItemProps {
  numbered: NumberedItem;
  isInvented: boolean;
}

function Item({ numbered: { number, item }, isInvented }: ItemProps) {
  const { kind, text, label, community, created_utc, permalink } = item;
  return (
    <li id={`evidence-${number}`} tabIndex={-1}>
      <span class="cite" aria-hidden="true">
        {number}
      </span>
      <div>
        <p dir="auto" class="evidence-text">
          <LabelIcon label={label} named /> <Link to={postView(item)}>{text || "(no words)"}</Link>
        </p>
        <p class="post-meta muted">
          <span>
            {kind} in {communityName(community)}
          </span>
          <Age time={created_utc} />
          {!isInvented && isWebAddress(permalink) && (
            <a href={permalink} target="_blank" rel="noopener noreferrer">
              at its source
            </a>
          )}
        </p>
      </div>
    </li>
  );
}
