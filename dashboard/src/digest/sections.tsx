/** The parts of a digest below its table: reasons, what to read and to answer, and what is unknown. */

import type { ComponentChildren } from "preact";
import { NO_FILTER } from "../address";
import type { CitedItem, Contribution, Digest, DigestReason } from "../api";
import { Link } from "../components/link";
import { viewOf } from "../components/subject_links";
import { communityName, dateTime, partOf, plural } from "../format";
import { KINDS, markerTime } from "../markers/placing";
import { isWebAddress } from "../posts/links";
import { Opened, QuoteOf } from "../reasons/card";
import { effectText, partCounts } from "../reasons/text";
import { isSilent, sharedSentences, silentText, unseenText } from "./text";

interface Props {
  digest: Digest;
}

interface SectionProps {
  id: string;
  title: string;
  children: ComponentChildren;
}

function Section({ id, title, children }: SectionProps) {
  return (
    <section class="card" aria-labelledby={`digest-${id}`}>
      <h2 id={`digest-${id}`}>{title}</h2>
      {children}
    </section>
  );
}

/** Return the name of a subject by its id. */
function nameIn({ subjects }: Digest, id: string): string {
  return subjects.find((each) => each.id === id)?.name ?? id;
}

export function Changes({ digest }: Props) {
  const silent = digest.subjects.filter(isSilent);
  const { changed } = digest;
  const unchanged = digest.unchanged.filter(
    (each) => !silent.some(({ id }) => id === each.subject),
  );
  return (
    <>
      {changed.length > 0 && (
        <Section id="changed" title="What changed">
          <ul class="digest-list">
            {changed.map((each) => (
              <li key={each.subject}>{each.sentence}</li>
            ))}
          </ul>
        </Section>
      )}
      {unchanged.length + silent.length > 0 && (
        <Section id="unchanged" title="What didn’t">
          <ul class="digest-list">
            {sharedSentences(unchanged).map((each) => (
              <li key={each}>{each}</li>
            ))}
            {silent.length > 0 && <li>{silentText(silent)}</li>}
          </ul>
        </Section>
      )}
    </>
  );
}

export function DigestReasons({ digest }: Props) {
  if (!digest.reasons.length) return null;
  return (
    <Section id="why" title="Why">
      {digest.reasons.map((each) => (
        <Reason key={each.subject} reason={each} />
      ))}
    </Section>
  );
}

function Reason({ reason }: { reason: DigestReason }) {
  const cited = new Map(reason.cited.map((each) => [each.id, each]));
  const { read, items, read_before, items_before } = reason.looked_at;
  return (
    <div class="digest-reason">
      <h3>
        <Link to={viewOf(reason.subject)}>{reason.name}</Link>
      </h3>
      <p>{reason.sentence}</p>
      {reason.contributions.length > 0 && (
        <ul class="digest-list">
          {reason.contributions.map((each) => (
            <li key={`${each.kind_of} ${each.name}`}>
              <Part part={each} cited={cited} />
            </li>
          ))}
        </ul>
      )}
      {reason.quotes.length > 0 && (
        <div class="explained-quotes">
          {reason.quotes.flatMap(({ sentences }) =>
            sentences.map((each) => (
              <QuoteOf key={each.item} quote={each} item={cited.get(each.item)} />
            )),
          )}
        </div>
      )}
      {(read < items || read_before < items_before) && (
        <p class="muted digest-note">
          {read} of {plural(items, "item")}, and {read_before} of {items_before} before, were read
          for this.
        </p>
      )}
    </div>
  );
}

function Part({ part, cited }: { part: Contribution; cited: Map<string, CitedItem> }) {
  const name = part.kind_of === "community" ? communityName(part.name) : part.name;
  const [n, before] = partCounts(part);
  return (
    <>
      <span class="muted">{part.kind_of}</span>{" "}
      <Opened item={cited.get(part.items[0] ?? "")}>{name}</Opened>: {n}{" "}
      {n === "1" ? "item" : "items"}, {before} before
      {part.is_beyond_chance && `, effect ${effectText(part.effect)}`}
    </>
  );
}

export function ReadThese({ digest }: Props) {
  if (!digest.read_these.length) return null;
  return (
    <Section id="read" title={`Read these ${digest.read_these.length}`}>
      <ol class="explained-reads">
        {digest.read_these.map(({ subject, read, item }) => (
          <li key={`${item.kind} ${item.id}`}>
            <Opened item={item}>{read.text}</Opened>
            <p class="muted">
              {nameIn(digest, subject)}, {communityName(item.community)}. {read.why}
            </p>
          </li>
        ))}
      </ol>
    </Section>
  );
}

export function WorthAnAnswer({ digest }: Props) {
  const { items, since, subjects } = digest.worth_an_answer;
  if (!subjects.length) return null;
  return (
    <Section id="answer" title="Worth an answer">
      {items.length ? (
        <ol class="explained-reads">
          {items.map((each) => (
            <li key={each.id}>
              <Link to={postOf(each)}>{each.title || each.text}</Link>
              <p class="muted">
                A {each.talk.join(" and a ")} about{" "}
                {each.subjects.map((id) => nameIn(digest, id)).join(", ")},{" "}
                {communityName(each.community)}
                {each.upvotes !== null && `, ${plural(each.upvotes, "upvote")}`}
              </p>
            </li>
          ))}
        </ol>
      ) : (
        <p class="muted">No question or problem without a reply was found.</p>
      )}
      {since && since !== digest.window.start && (
        <p class="muted digest-note">
          Looked through since {dateTime(since)}, for{" "}
          {subjects.map((id) => nameIn(digest, id)).join(", ")}.
        </p>
      )}
    </Section>
  );
}

function postOf({ community, post_id }: { community: string; post_id: string }) {
  const view = "posts" as const;
  return { view, subject: null, subreddit: null, ...NO_FILTER, post: `${community}/${post_id}` };
}

export function DigestTopics({ digest }: Props) {
  if (!digest.topics.length) return null;
  return (
    <Section id="topics" title="Topics">
      <ul class="digest-list">
        {digest.topics.map((each) => (
          <li key={`${each.subject} ${each.id}`}>
            <Link to={viewOf(each.subject)}>{each.name}</Link>{" "}
            <span class="muted">
              {nameIn(digest, each.subject)}: {plural(each.n, "item")}, {each.n_before} in the week
              before{each.is_whole ? "" : ", in a sample"}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function DigestMarkers({ digest }: Props) {
  const { behind, ahead } = digest.markers;
  if (!behind.length && !ahead.length) return null;
  const listed = [
    ...behind.map((marker) => ({ marker, when: "" })),
    ...ahead.map((marker) => ({ marker, when: "ahead: " })),
  ];
  return (
    <Section id="markers" title="Markers">
      <ul class="digest-list">
        {listed.map(({ marker, when }) => (
          <li key={marker.id}>
            <span class="muted">
              {when}
              {markerTime(marker)}
            </span>{" "}
            {marker.link && isWebAddress(marker.link) ? (
              <a href={marker.link} rel="noreferrer">
                {marker.name}
              </a>
            ) : (
              marker.name
            )}{" "}
            <span class="muted">
              {KINDS[marker.kind].name.toLowerCase()}
              {marker.subject && `, ${nameIn(digest, marker.subject)}`}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function Unseen({ digest }: Props) {
  const { coverage, unseen } = digest;
  return (
    <Section id="unseen" title="Not seen">
      {coverage === null ? (
        <p class="muted">It isn’t recorded what was observed.</p>
      ) : unseen.length ? (
        <>
          <p>{partOf(coverage.observed)} of the talk was observed.</p>
          <ul class="digest-list">
            {unseen.map((each) => (
              <li key={each.community}>
                {communityName(each.community)}: {unseenText(each.hours)}
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p class="muted">Everything was seen.</p>
      )}
    </Section>
  );
}

export function OpenIncidents({ digest }: Props) {
  return (
    <Section id="incidents" title="Open alerts">
      {digest.incidents.length ? (
        <ul class="digest-list">
          {digest.incidents.map((each) => (
            <li key={each.id}>
              <b>{each.rule}</b> ({each.scope}), since {dateTime(each.opened)}: {each.sentence}
            </li>
          ))}
        </ul>
      ) : (
        <p class="muted">None is open.</p>
      )}
    </Section>
  );
}
