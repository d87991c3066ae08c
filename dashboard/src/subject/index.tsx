/** One subject: how people feel about it, where they talk about it, and against which others. */

import type { ComparedScope, SubjectCard } from "../api";
import { SUBJECT_PREFIX } from "../api";
import { FirstRun } from "../communities/first_run";
import { DataState, Skeleton } from "../components/data_state";
import { KindsCard } from "../components/kinds";
import { Link } from "../components/link";
import { Meaning } from "../components/meaning";
import { MixedMethods, methodNames } from "../components/methods";
import { Outages } from "../components/outages";
import { OverTime } from "../components/over_time";
import { SubjectPicker } from "../components/pickers";
import { RematchingBanner } from "../components/rematching";
import { listOf } from "../components/subject_links";
import { WindowPicker } from "../components/window_picker";
import { isFirstRun, now } from "../cycles";
import { type Collected, windowFilter } from "../figures";
import { BeforeAndAfter } from "../markers/effect";
import { address } from "../navigation";
import { useSubject, useTrends } from "../queries";
import { Reasons } from "../reasons/card";
import { TopicsCard } from "../topics/card";
import { TrendingCard } from "../trending/card";
import { SubjectContributors } from "./contributors";
import { FirstMentions } from "./first_mentions";
import { SubjectSummary } from "./summary";
import { Voice } from "./voice";
import { Where } from "./where";

const ROLES = { own: "yours", competitor: "competitor", topic: "topic" };

export function SubjectView({ id }: { id: string }) {
  const { hours } = address.value;
  const card = useSubject(id, hours);
  const trends = useTrends([SUBJECT_PREFIX + id], hours);
  return (
    <div class="subject">
      <div class="bar">
        <h1>
          {card.data?.name ?? id} {card.data && <span class="role">{ROLES[card.data.role]}</span>}
        </h1>
        <Link class="button" to={{ view: "watchlist", subject: card.data?.id ?? id }}>
          Rules
        </Link>
        <SubjectPicker all="All subjects" />
        <WindowPicker />
      </div>
      <Outages />
      {isFirstRun.value ? (
        <FirstRun />
      ) : (
        <DataState
          state={{
            data: card.data && trends.data && { card: card.data, trends: trends.data },
            error: card.error ?? trends.error,
          }}
          skeleton={
            <div class="lead-skeleton">
              <Skeleton height={0} />
            </div>
          }
          hint={<Link to={{ subject: null }}>Show all subjects</Link>}
        >
          {({ card: data, trends: { subreddits, ...collected } }) => (
            <Figures card={data} compared={subreddits[0]} collected={collected} />
          )}
        </DataState>
      )}
      <Meaning />
    </div>
  );
}

interface Props {
  card: SubjectCard;
  compared: ComparedScope | undefined;
  collected: Collected;
}

function Figures({ card, compared, collected }: Props) {
  return (
    <>
      <RematchingBanner names={card.rematching ? [card.name] : []} />
      <MixedMethods
        methods={methodNames(card.by_community.map((each) => each.statistics))}
        isMixed={card.mixed_methods}
      />
      <div class="lead">
        <SubjectSummary card={card} />
        {compared && <OverTime compared={compared} name={card.name} collected={collected} />}
      </div>
      <BeforeAndAfter />
      <Reasons scope={`subject:${card.id}`} />
      <div class="halves">
        <div>
          <SubjectContributors card={card} />
          <FirstMentions card={card} />
          <TopicsCard scope={{ subject: card.id }} />
          <TrendingCard subject={card.id} heading="Topics it is in" />
        </div>
        <div>
          <Where card={card} />
          <KindsCard
            kinds={card.kinds}
            list={listOf(card.id, windowFilter(card.window, now.value))}
            one="mention"
          />
          <Voice card={card} />
        </div>
      </div>
    </>
  );
}
