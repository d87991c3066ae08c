/** What is said more in a subject or a community than before, with its course and its mood. */

import { NO_FILTER } from "../address";
import type { ScopeTopic, ScopeTopics, TopicScope } from "../api";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { FirstOf } from "../components/first_of";
import { Link } from "../components/link";
import { Mean } from "../components/sentiment";
import { windowText } from "../components/window_text";
import { dateTime, plural } from "../format";
import { address } from "../navigation";
import { useScopeTopics } from "../queries";
import { TopicRow } from "./row";
import { courseSteps, mostItems } from "./steps";
import { kindsText, noneText, ratioText, sampleText, stateText } from "./text";

const INITIAL_SHOWN = 5;

export function TopicsCard({ scope }: { scope: TopicScope }) {
  const { hours } = address.value;
  const topics = useScopeTopics(scope, hours);
  return (
    <section class="card said-more" aria-labelledby="said-more">
      <div class="card-head">
        <h2 id="said-more">Said more than before</h2>
        <p class="muted">in {windowText(hours)}</p>
      </div>
      <DataState state={topics} skeleton={<Skeleton height={96} rows={3} />}>
        {(found) => <Topics found={found} scope={scope} />}
      </DataState>
    </section>
  );
}

function Topics({ found, scope }: { found: ScopeTopics; scope: TopicScope }) {
  if (found.why_none) {
    return (
      <EmptyNote title={noneText(found.why_none)}>
        A topic needs five people in three threads that say it more than in the time before.
      </EmptyNote>
    );
  }
  const sample = sampleText(found.span);
  const most = mostItems(found.topics.map(({ course }) => courseSteps(course)));
  return (
    <>
      {sample && <p class="muted">{sample}</p>}
      <FirstOf items={found.topics} count={INITIAL_SHOWN} class="topics">
        {(topic) => <ScopeTopicRow key={topic.id} topic={topic} scope={scope} most={most} />}
      </FirstOf>
    </>
  );
}

interface RowProps {
  topic: ScopeTopic;
  scope: TopicScope;
  /** The most items of a step of any topic. */
  most: number;
}

function ScopeTopicRow({ topic, scope, most }: RowProps) {
  const { course, started_by: start, statistics } = topic;
  const list = {
    view: "posts",
    subject: "subject" in scope ? scope.subject : null,
    subreddit: "community" in scope ? scope.community : null,
    ...NO_FILTER,
    said: topic.id,
  } as const;
  const kinds = kindsText(topic.kinds);
  return (
    <TopicRow
      name={topic.name}
      to={list}
      growth={topic.ratio === null ? "not before" : ratioText(topic.ratio)}
      growthTitle="How many times as large a share of all that is said as before"
      mean={<Mean measured={{ statistics }} />}
      course={courseSteps(course)}
      most={most}
      courseName={`Posts and comments by the ${course.granularity}, most at ${dateTime(course.peak_at)}`}
      counts={statistics}
    >
      <p class="topic-more muted">
        <Link to={list}>{plural(topic.n, "post or comment", "posts and comments")}</Link>
        {` · ${stateText(course.state, course.peak_at)} · `}
        <Link to={{ ...list, post: `${start.community}/${start.post_id}` }}>
          began {dateTime(start.created_utc)}
        </Link>
        {kinds && ` · ${kinds}`}
      </p>
    </TopicRow>
  );
}
