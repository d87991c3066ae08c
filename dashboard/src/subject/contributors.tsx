/** What moved the subject: a sentence, and the communities that make up its change. */

import type { SubjectCard } from "../api";
import { ContributorRow } from "../components/contributor";
import { Change, Score } from "../components/sentiment";
import { listOf } from "../components/subject_links";
import { now } from "../cycles";
import { significantChange, windowFilter } from "../figures";
import { communityName, count, plural } from "../format";
import { address } from "../navigation";
import {
  type CommunityFigures,
  type Contributor,
  giantSentence,
  movedSentence,
  rankEffects,
} from "./effects";

export function SubjectContributors({ card }: { card: SubjectCard }) {
  const { hours } = address.value;
  const giant = giantSentence(card, hours);
  return (
    <section class="card" aria-labelledby="moved">
      <h2 id="moved">What moved it</h2>
      <p class="moved">{movedSentence(card, hours)}</p>
      {giant && <p class="muted moved-note">{giant}</p>}
      {significantChange(card) !== null && <Effects card={card} />}
    </section>
  );
}

function Effects({ card }: { card: SubjectCard }) {
  const { shown, others, othersEffect } = rankEffects(card);
  const largest = Math.max(...[...shown.map(({ effect }) => effect), othersEffect].map(Math.abs));
  // Communities that aren't watched any more aren't listed, but may have an effect.
  const unnamed = Math.abs(card.effect_of_others ?? 0) >= 0.0005;
  return (
    <>
      <ol class="contributors">
        {shown.map((each) => (
          <ContributorRow
            key={each.community}
            name={communityName(each.community)}
            effect={each.effect}
            largest={largest}
            to={listOf(card.id, { subreddit: each.community, ...spanOf(card, each) })}
          >
            <Reasons part={each} card={card} />
          </ContributorRow>
        ))}
        {(others > 0 || unnamed) && (
          <ContributorRow
            name={others > 0 ? plural(others, "other") : "Others"}
            effect={othersEffect}
            largest={largest}
          >
            {others === 0 && "communities that aren't watched any more"}
          </ContributorRow>
        )}
      </ol>
      <p class="muted moved-note">
        Each one's part of the change, by its own mean and by its share of the mentions.
      </p>
    </>
  );
}

/** Return the filter of the mentions that are counted: those before, where there are none now. */
function spanOf(card: SubjectCard, { statistics }: CommunityFigures) {
  const { start, end } = card.previous_window;
  return statistics.total ? windowFilter(card.window, now.value) : { start, end };
}

/** A community's own mean and number of mentions, of all, and how they changed. */
function Reasons({ part, card }: { part: Contributor; card: SubjectCard }) {
  const { statistics, previous, hours } = part.change;
  const all = card.change;
  const clear = significantChange(part);
  const said = statistics.total
    ? `${count(statistics.total)} of ${plural(all.statistics.total, "mention")}`
    : "none now";
  const earlier = previous.total
    ? `${count(previous.total)} of ${count(all.previous.total)}`
    : "none";
  return (
    <>
      {statistics.total > 0 && <Score value={statistics.avg_sentiment} />}
      {clear !== null && (
        <>
          {" "}
          <Change value={clear} />
        </>
      )}
      {statistics.total > 0 && ", "}
      {said}, {earlier} before
      {hours < all.hours && `; observed in ${hours} of ${all.hours} hours`}
    </>
  );
}
