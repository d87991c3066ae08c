/** The subject in one sentence, and the figures behind it. */

import type { SubjectCard } from "../api";
import { Link } from "../components/link";
import { LabelShares, Mean, MeanChange, ShareMargin } from "../components/sentiment";
import { SpanNeeded } from "../components/span_needed";
import { listOf } from "../components/subject_links";
import { VIA_NAMES } from "../components/via";
import { VolumeChange } from "../components/volume_change";
import { now } from "../cycles";
import { significantChange, windowFilter } from "../figures";
import { baselineName, count, partOf, plural } from "../format";
import { address } from "../navigation";
import { subjectSentence } from "../subjects/cells";

export function SubjectSummary({ card }: { card: SubjectCard }) {
  const span = windowFilter(card.window, now.value);
  const to = listOf(card.id, span);
  return (
    <section class="card now" aria-labelledby="now">
      <h2 id="now" class="hidden">
        Now
      </h2>
      <div>
        <p class="headline">{subjectSentence(card, card.before)}</p>
        <SpanNeeded change={card.change} end={card.window.end} />
      </div>
      <div class="figures">
        <div class="figure large">
          <p class="figure-name">Average sentiment</p>
          <Link to={to} class="figure-value">
            <Mean measured={card} />
          </Link>
          <p class="figure-more">
            <MeanChange compared={card} />{" "}
            {significantChange(card) !== null && (
              <span class="muted">on {baselineName(address.value.hours, card.before)}</span>
            )}
          </p>
          <p class="figure-more muted">of whole texts, not of what they say of it</p>
        </div>
        <div class="figure">
          <p class="figure-name">Mentions</p>
          <Link to={to} class="figure-value">
            {count(card.mentions)}
          </Link>
          <p class="figure-more">
            <VolumeChange measured={card} />
          </p>
          <p class="figure-more muted">
            {plural(card.statistics.posts, "post")}, {plural(card.statistics.comments, "comment")}
          </p>
        </div>
        <VoiceFigure card={card} />
      </div>
      <Vias card={card} />
      <LabelShares counts={card.statistics} to={to} figures />
    </section>
  );
}

function VoiceFigure({ card }: { card: SubjectCard }) {
  return (
    <div class="figure">
      <p class="figure-name">Share of voice</p>
      <p class="figure-value">
        {card.share === null ? "–" : partOf(card.share)}
        <ShareMargin spread={{ interval: card.share_interval }} />
        {card.share_few && <span class="few">few mentions</span>}
      </p>
      <p class="figure-more muted">
        {card.set.includes(card.id)
          ? `of ${plural(card.base, "mention")} of ${plural(card.set.length, "subject")}`
          : "topics are in no set"}
      </p>
    </div>
  );
}

/** How the mentions are about the subject. Each count leads to its mentions. */
function Vias({ card }: { card: SubjectCard }) {
  const span = windowFilter(card.window, now.value);
  return (
    <ul class="vias" aria-label="How they are about it">
      {card.by_via.map(({ via, statistics }) => (
        <li key={via}>
          <Link to={listOf(card.id, { ...span, via })}>
            <b>{count(statistics.total)}</b> <span class="muted">{VIA_NAMES[via]}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
