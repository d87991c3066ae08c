/** Trending: the topics that are larger than in the week before. */

import { NO_FILTER } from "../address";
import type { Topic } from "../api";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { FirstOf } from "../components/first_of";
import { Link } from "../components/link";
import { Mean } from "../components/sentiment";
import { now } from "../cycles";
import { age, communityName, dateTime, plural } from "../format";
import { address } from "../navigation";
import { useFreshTopics } from "../queries";
import { TopicRow } from "../topics/row";
import { hourSteps, mostItems } from "../topics/steps";
import { ratioText, stateText } from "../topics/text";

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
          const most = mostItems(here.map(hourSteps));
          return (
            <FirstOf items={here} count={isWhole ? here.length : INITIAL_SHOWN} class="topics">
              {(topic) => (
                <TrendingRow key={topic.id} topic={topic} subject={subject} most={most} />
              )}
            </FirstOf>
          );
        }}
      </DataState>
    </section>
  );
}

interface RowProps {
  topic: Topic;
  subject: string | null;
  /** The most posts and comments of an hour of any topic. */
  most: number;
}

function TrendingRow({ topic, subject, most }: RowProps) {
  const to = {
    view: "posts",
    subject,
    subreddit: null,
    ...NO_FILTER,
    topic: topic.id,
    at: topic.created_at,
  } as const;
  return (
    <TopicRow
      name={topic.theme}
      to={to}
      growth={topic.growth === null ? "new" : ratioText(topic.growth)}
      growthTitle="How many times as large a share of all posts as in the week before"
      mean={<Mean measured={{ statistics: meanOf(topic) }} />}
      course={hourSteps(topic)}
      most={most}
      courseName={`Posts and comments an hour over 24 hours, most at ${dateTime(topic.peak_time)}`}
      counts={topic.sentiment_distribution}
    >
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
        {topic.state && ` · ${stateText(topic.state, topic.peak_time)}`}
      </p>
      {topic.keywords.length > 0 && (
        <ul class="keywords" aria-label="Keywords">
          {topic.keywords.slice(0, 6).map((word) => (
            <li key={word}>{word}</li>
          ))}
        </ul>
      )}
    </TopicRow>
  );
}

/** Return the mean of a topic; topics of earlier versions don't tell how certain it is. */
function meanOf({ sentiment_avg: avg_sentiment, interval, few }: Topic) {
  return { avg_sentiment, interval, few: few ?? false };
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

function isSameName(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}
