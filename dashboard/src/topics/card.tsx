/** What is said more in a subject or a community than before, with its course and its mood. */

import { useState } from "preact/hooks";
import { NO_FILTER } from "../address";
import type { ScopeTopic, ScopeTopics, TopicScope } from "../api";
import { Sparkline } from "../charts/sparkline";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { LabelShares, Mean } from "../components/sentiment";
import { windowText } from "../components/window_text";
import { dateTime, plural } from "../format";
import { address } from "../navigation";
import { useScopeTopics } from "../queries";
import { courseText, kindsText, noneText, ratioText, sampleText } from "./text";

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
  const [isExpanded, setExpanded] = useState(false);
  if (found.why_none) {
    return (
      <EmptyNote title={noneText(found.why_none)}>
        A topic needs five people in three threads that say it more than in the time before.
      </EmptyNote>
    );
  }
  const shown = isExpanded ? found.topics : found.topics.slice(0, INITIAL_SHOWN);
  const sample = sampleText(found.span);
  return (
    <>
      {sample && <p class="muted">{sample}</p>}
      <ol class="topics">
        {shown.map((topic) => (
          <TopicRow key={topic.id} topic={topic} scope={scope} />
        ))}
      </ol>
      {found.topics.length > shown.length && (
        <button type="button" class="button" onClick={() => setExpanded(true)}>
          Show all {found.topics.length}
        </button>
      )}
    </>
  );
}

function TopicRow({ topic, scope }: { topic: ScopeTopic; scope: TopicScope }) {
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
    <li class="topic">
      <div class="topic-head">
        <h3>
          <Link to={list}>{topic.name}</Link>
        </h3>
        <span class="growth" title="How many times as large a share of all that is said as before">
          {ratioText(topic.ratio)}
        </span>
        <Mean measured={{ statistics }} />
      </div>
      <div class="topic-body">
        <Sparkline
          values={course.steps.map((step) => step.items)}
          name={`Posts and comments by the ${course.granularity}, most at ${dateTime(course.peak_at)}`}
        />
        <LabelShares counts={statistics} />
      </div>
      <p class="topic-more muted">
        <Link to={list}>{plural(topic.n, "post or comment", "posts and comments")}</Link>
        {` · ${courseText(course)} · `}
        <Link to={{ ...list, post: `${start.community}/${start.post_id}` }}>
          began {dateTime(start.created_utc)}
        </Link>
        {kinds && ` · ${kinds}`}
      </p>
    </li>
  );
}
