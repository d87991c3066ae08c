/** Where people talk about the subject: its communities, each over time. */

import { SUBJECT_PREFIX, type SubjectCard } from "../api";
import { TrendSparkline } from "../charts/trend_sparkline";
import { EmptyNote } from "../components/data_state";
import { FirstOf } from "../components/first_of";
import { Link } from "../components/link";
import { Mean } from "../components/sentiment";
import { listOf } from "../components/subject_links";
import { now } from "../cycles";
import { communityName, partOf, plural, score, windowName } from "../format";
import { markersOf } from "../markers/placing";
import { address } from "../navigation";
import { useMarkers, useTrendsByCommunity } from "../queries";
import { scalesOf } from "../subjects/scales";

const INITIAL_SHOWN = 8;

export function Where({ card }: { card: SubjectCard }) {
  const { hours } = address.value;
  const trends = useTrendsByCommunity(card.id, hours).data?.communities ?? {};
  const markers = markersOf(useMarkers(), [SUBJECT_PREFIX + card.id]);
  // What moved it counts those of the time before, too.
  const places = card.by_community.filter((each) => each.statistics.total);
  const courses = Object.values(trends).map((points) => ({
    trend_data: points,
    rematching: false,
  }));
  const scales = scalesOf(courses, card, now.value);
  return (
    <section class="card" aria-labelledby="where">
      <div class="card-head">
        <h2 id="where">By community</h2>
        <p class="muted">mean and mentions over {windowName(hours)}, on one scale</p>
      </div>
      {!places.length && <EmptyNote title="Nobody mentioned it in any." />}
      <FirstOf items={places} count={INITIAL_SHOWN} class="places">
        {({ community, statistics, share: part }) => (
          <li key={community} class="place">
            <Link to={listOf(card.id, { ...scales.span, subreddit: community })}>
              {communityName(community)}
            </Link>
            <TrendSparkline
              scales={scales}
              points={trends[community] ?? []}
              scope={{ subject: card.id, subreddit: community }}
              markers={markers}
              name={`${communityName(community)}: ${plural(statistics.total, "mention")}, ${score(statistics.avg_sentiment)} on average`}
            />
            <span class="place-mean">
              <Mean measured={{ statistics }} />
            </span>
            <span class="place-count">
              <b>{partOf(part)}</b> <span class="muted">{plural(statistics.total, "mention")}</span>
            </span>
          </li>
        )}
      </FirstOf>
    </section>
  );
}
