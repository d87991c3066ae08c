/** Trending: the topics that are larger than in the week before. */

import { useState } from "preact/hooks";
import { NO_FILTER } from "../address";
import type { Topic } from "../api";
import { Sparkline } from "../charts/sparkline";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { LabelShares, Score } from "../components/sentiment";
import { now } from "../cycles";
import { age, communityName, dateTime, plural } from "../format";
import { address } from "../navigation";
import { useFreshTopics } from "../queries";

const INITIAL_SHOWN = 5;

interface Props {
  /** Whether to show all of them, as in the view of their own. */
  isWhole?: boolean;
  /** The subject that the topics must mention. */
  subject?: string | null;
  heading?: string;
}

/** The topics as a card. */
export function TrendingCard({ isWhole = false, subject = null, heading = "Trending" }: Props) {
  const { subreddit: community } = address.value;
  const [isExpanded, setExpanded] = useState(isWhole);
  const topics = useFreshTopics(subject);
  return (
    <section class="card trending" aria-labelledby="trending">
      <div class="card-head">
        <h2 id="trending">{heading}</h2>
        <p class="muted">
          {topics.data?.[0]
            ? `in the last 24 hours, found ${age(topics.data[0].created_at, now.value)}`
            : "in the last 24 hours"}
        </p>
      </div>
      <DataState state={topics} skeleton={<Skeleton height={96} rows={3} />}>
        {(found) => {
          const here = community
            ? found.filter((topic) => topic.subreddits.some((name) => isSameName(name, community)))
            : found;
          if (!here.length)
            return (
              <EmptyNote title={subject ? "No topic mentions it." : "Nothing stands out."}>
                A topic needs posts of five people that use it more than in the week before.
              </EmptyNote>
            );
          const shown = isExpanded ? here : here.slice(0, INITIAL_SHOWN);
          return (
            <>
              <ol class="topics">
                {shown.map((topic) => (
                  <TopicCard key={topic.id} topic={topic} subject={subject} />
                ))}
              </ol>
              {here.length > shown.length && (
                <button type="button" class="button" onClick={() => setExpanded(true)}>
                  Show all {here.length}
                </button>
              )}
            </>
          );
        }}
      </DataState>
    </section>
  );
}

function TopicCard({ topic, subject }: { topic: Topic; subject: string | null }) {
  const to = {
    view: "posts",
    subject,
    subreddit: null,
    ...NO_FILTER,
    topic: topic.id,
    at: topic.created_at,
  } as const;
  const said = topic.sentiment_distribution;
  const peak = dateTime(topic.peak_time);
  return (
    <li class="topic">
      <div class="topic-head">
        <h3>
          <Link to={to}>{topic.theme}</Link>
        </h3>
        <span
          class="growth"
          title="How many times as large a share of all posts as in the week before"
        >
          {topic.growth === null ? "new" : `×${topic.growth.toFixed(topic.growth < 10 ? 1 : 0)}`}
        </span>
        <Score value={topic.sentiment_avg} />
      </div>
      <div class="topic-body">
        <Sparkline
          values={topic.mentions_by_hour}
          name={`Posts and comments an hour over 24 hours, most at ${peak}`}
        />
        <LabelShares counts={said} />
      </div>
      <p class="topic-more muted">
        <Link to={to}>{postsText(topic)}</Link> in{" "}
        {topic.subreddits.slice(0, 3).map((name, number) => (
          <span key={name}>
            {number > 0 && ", "}
            <Link to={{ ...to, subreddit: name }}>{communityName(name)}</Link>
          </span>
        ))}
        {topic.subreddits.length > 3 && ` and ${topic.subreddits.length - 3} more`}
        {gainText(topic)}
        {topic.state && ` · ${stateText(topic.state, peak)}`}
      </p>
      {topic.keywords.length > 0 && (
        <ul class="keywords" aria-label="Keywords">
          {topic.keywords.slice(0, 6).map((word) => (
            <li key={word}>{word}</li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Return how many posts are of the topic, or how many of them mention the subject. */
function postsText({ mentions, subject_mentions: about }: Topic): string {
  return about === null ? plural(mentions, "post") : `${about} of ${plural(mentions, "post")}`;
}

/** Return the upvotes and comments that the topic gained in a day, of those that are known. */
function gainText({ upvotes, comments }: Topic): string {
  const gains = [upvotes && plural(upvotes, "upvote"), comments && plural(comments, "comment")];
  const named = gains.filter(Boolean);
  return named.length ? ` · gained ${named.join(" and ")}` : "";
}

function stateText(state: NonNullable<Topic["state"]>, peak: string): string {
  return state === "peaked" ? `peaked at ${peak}` : state;
}

function isSameName(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}
