/** Posts: newest first, narrowed down as one likes, and one of them with its comments beside. */

import { useEffect, useRef } from "preact/hooks";
import { type Address, address, go, LABELS, NO_FILTER } from "../address";
import { type Item, path } from "../api";
import { isBehind, lastEnded } from "../cycles";
import { moment, plural, spanName, windowName } from "../format";
import { Byline } from "../parts/age";
import { Copies } from "../parts/copies";
import { isCovered } from "../parts/covered";
import { Scope, Windows } from "../parts/head";
import { Link } from "../parts/link";
import { MixedMethods, methodOf } from "../parts/methods";
import { Mark, Score } from "../parts/mood";
import { Empty, Failed, Skeleton } from "../parts/states";
import { Download } from "./download";
import { type Listed, usePages } from "./pages";
import { PostPanel } from "./panel";
import { usePlace } from "./place";
import { Search } from "./search";
import { titleOf } from "./title";

const HEADINGS = { posts: "Posts", items: "Posts and comments", comments: "Comments" };
const KINDS = [null, "items", "comments"] as const;
const LISTED = { posts: "Posts", items: "Both", comments: "Comments" };
const ONE = { posts: "post", items: "item", comments: "comment" };
const PAGE = 50;
const EXCERPT_CHARS = 420;

export function Posts() {
  const { post, kind } = address.value;
  const list = useRef<HTMLDivElement>(null);
  const opened = useRef<string | null>(null);
  useEffect(() => {
    // The way back from a post leads to where it was opened.
    if (!post && opened.current) {
      list.current
        ?.querySelector<HTMLElement>(`a[data-post="${CSS.escape(opened.current)}"]`)
        ?.focus();
    }
    opened.current = post;
  }, [post]);
  return (
    <div class={`posts ${post ? "with-panel" : ""}`}>
      <div class="posts-list" ref={list} inert={isCovered.value}>
        <div class="bar">
          <h1>{HEADINGS[kind ?? "posts"]}</h1>
          <Scope />
          <Windows />
        </div>
        <Filters />
        {!kind && (
          <p class="muted aside">
            Posts alone; their comments open with them. The figures count both.
          </p>
        )}
        <List />
      </div>
      {post && <PostPanel of={post} key={post} />}
    </div>
  );
}

function asked({ kind, subreddit, hours, sentiment, q, start, end, topic, at }: Address) {
  const window = topic ? { topic, at } : start || end ? { start, end } : {};
  const only = kind === "comments" ? { kind: "comment" } : {};
  return { subreddit, hours, sentiment, q, ...window, ...only };
}

/** A topic is a list of posts. */
function endpointOf({ kind, topic }: Address): string {
  return kind && !topic ? "/items" : "/posts/recent";
}

function Filters() {
  const { kind, sentiment, q, start, end, topic } = address.value;
  const isNarrowed = kind || sentiment || q || start || end || topic;
  return (
    <div class="filters">
      <fieldset class="switch">
        <legend class="hidden">Sentiment</legend>
        <button type="button" aria-pressed={!sentiment} onClick={() => go({ sentiment: null })}>
          All
        </button>
        {LABELS.map((label) => (
          <button
            key={label}
            type="button"
            aria-pressed={sentiment === label}
            onClick={() => go({ sentiment: label })}
          >
            <Mark label={label} /> {label}
          </button>
        ))}
      </fieldset>
      <fieldset class="switch">
        <legend class="hidden">What is listed</legend>
        {KINDS.map((each) => (
          <button
            key={each ?? "posts"}
            type="button"
            aria-pressed={kind === each}
            onClick={() => go({ kind: each })}
          >
            {LISTED[each ?? "posts"]}
          </button>
        ))}
      </fieldset>
      <Search
        label='Words and "phrases"'
        value={q ?? ""}
        onSearch={(typed) => go({ q: typed || null }, { replace: q !== null })}
      />
      {topic && <Chip told={`Topic: ${topic}`} without={{ topic: null, at: null }} />}
      {(start || end) && !topic && (
        <Chip told={spanName(start, end)} without={{ start: null, end: null }} />
      )}
      {isNarrowed && (
        <Link class="quiet" to={NO_FILTER}>
          Clear all
        </Link>
      )}
      <Download
        address={path(endpointOf(address.value), { ...asked(address.value), format: "csv" })}
      />
    </div>
  );
}

function Chip({ told, without }: { told: string; without: Partial<Address> }) {
  return (
    <span class="chip on">
      {told}
      <button type="button" aria-label={`Without ${told}`} onClick={() => go(without)}>
        ×
      </button>
    </span>
  );
}

function List() {
  const first = path(endpointOf(address.value), { ...asked(address.value), limit: PAGE });
  const pages = usePages(first);
  const rows = useRef<HTMLOListElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const { posts, hasMore, isLoading, failure, fresh, more } = pages;
  const { q, kind } = address.value;
  const one = ONE[kind ?? "posts"];
  const latest = useRef(more);
  latest.current = more;
  useEffect(() => {
    if (!end.current || !hasMore || isLoading) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      { rootMargin: "600px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [hasMore, isLoading]);
  usePlace(rows, first, address.value.post, posts.length > 0);

  if (!posts.length && failure) {
    return (
      <Failed failure={failure}>
        <Link to={{ ...NO_FILTER, subreddit: null }}>Show all posts</Link>
      </Failed>
    );
  }
  const searched = pages.reach && q && `searched back to ${moment(pages.reach)}`;
  if (!posts.length && (isLoading || hasMore)) {
    return (
      <>
        {searched && (
          <p class="muted" role="status">
            No {one} fits so far: {searched}.
          </p>
        )}
        <Skeleton height={88} rows={6} />
      </>
    );
  }
  if (!posts.length) return <NoPosts />;
  return (
    <>
      {fresh.length > 0 && (
        <button
          type="button"
          class="button fresh"
          onClick={() => {
            pages.showFresh();
            window.scrollTo({ top: 0 });
          }}
        >
          Show{" "}
          {pages.hasMoreFresh
            ? `${fresh.length} or more new ${one}s`
            : plural(fresh.length, `new ${one}`)}
        </button>
      )}
      <MixedMethods methods={[...new Set(posts.map((post) => methodOf(post.sentiment)))].sort()} />
      <ol class="post-list" ref={rows} aria-label={`${HEADINGS[kind ?? "posts"]}, newest first`}>
        {posts.map((each) =>
          "kind" in each && each.kind === "comment" ? (
            <CommentRow key={each.id} comment={each} />
          ) : (
            <PostRow key={each.id} post={each} />
          ),
        )}
      </ol>
      <div ref={end} class="list-end" role="status">
        {failure ? (
          <Failed failure={failure} />
        ) : hasMore ? (
          <>
            {searched && <p class="muted">{searched}</p>}
            <button type="button" class="button" onClick={more} disabled={isLoading}>
              {isLoading ? "Loading more…" : "Load more"}
            </button>
          </>
        ) : (
          <p class="muted">
            {posts.length === 1
              ? "That is the only one."
              : `That is all: ${plural(posts.length, one)}.`}
          </p>
        )}
      </div>
    </>
  );
}

function NoPosts() {
  const { hours, kind, topic, start, end, sentiment, q } = address.value;
  const isNarrowed = sentiment || q || start || end || topic;
  const isUncollected = isBehind.value || lastEnded.value?.status === "failed";
  return (
    <Empty
      title={
        isNarrowed
          ? `No ${ONE[kind ?? "posts"]} fits this filter.`
          : `No posts ${isUncollected ? "were collected " : ""}in the last ${windowName(hours)}.`
      }
    >
      {isNarrowed ? (
        <>
          {q && `Every ${ONE[kind ?? "posts"]} of ${spanOf(address.value)} was searched. `}
          <Link to={NO_FILTER}>Show them without the filter</Link>
        </>
      ) : (
        "Choose a longer window, or wait for the next collection."
      )}
    </Empty>
  );
}

/** The time that is searched, in words. */
function spanOf({ hours, topic, start, end }: Address): string {
  if (topic) return "the topic";
  return start || end ? spanName(start, end) : `the last ${windowName(hours)}`;
}

function PostRow({ post }: { post: Listed }) {
  const id = `${post.subreddit}/${post.id}`;
  const isOpen = address.value.post === id;
  return (
    <li class={`post ${isOpen ? "open" : ""}`}>
      <Score value={post.sentiment.compound} named />
      <div class="post-body">
        <h2 class="post-title">
          <Link
            to={{ post: id }}
            data-post={id}
            {...(isOpen ? { "aria-current": "true" as const } : {})}
          >
            {titleOf(post)}
          </Link>
        </h2>
        {post.content && <p class="post-excerpt">{excerptOf(post.content)}</p>}
        <p class="post-meta muted">
          <span>r/{post.subreddit}</span>
          <Byline of={post} />
          <span>{plural(post.upvotes, "upvote")}</span>
          <span>{plural(post.comment_count ?? 0, "comment")}</span>
          <Copies of={post} />
        </p>
      </div>
    </li>
  );
}

/** A comment leads to its post, where it stands among the others. */
function CommentRow({ comment }: { comment: Item }) {
  const open = `${comment.subreddit}/${comment.post_id}`;
  return (
    <li class={`post ${address.value.post === open ? "open" : ""}`}>
      <Score value={comment.sentiment.compound} named />
      <div class="post-body">
        <p class="post-excerpt">
          <Link to={{ post: open }} data-post={`${comment.subreddit}/${comment.id}`}>
            {excerptOf(comment.content) || "(no words)"}
          </Link>
        </p>
        <p class="post-meta muted">
          <span>comment in r/{comment.subreddit}</span>
          <Byline of={comment} />
          <span>{plural(comment.upvotes, "upvote")}</span>
        </p>
      </div>
    </li>
  );
}

/** The beginning of a text, without the marks that only its whole form needs. */
function excerptOf(text: string): string {
  const words = text.slice(0, 2 * EXCERPT_CHARS).replace(/^\s*(```\w*|>+|#+)\s*/gm, "");
  return words.slice(0, EXCERPT_CHARS);
}
