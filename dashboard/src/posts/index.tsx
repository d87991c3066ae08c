/** Posts: newest first, narrowed down as one likes, and one of them with its comments beside. */

import { useEffect, useRef } from "preact/hooks";
import { type Address, address, go, LABELS, NO_FILTER } from "../address";
import { type Post, path } from "../api";
import { plural, spanName, windowName } from "../format";
import { Byline } from "../parts/age";
import { isCovered } from "../parts/covered";
import { Scope, Windows } from "../parts/head";
import { Link } from "../parts/link";
import { MixedMethods, methodOf } from "../parts/methods";
import { Mark, Score } from "../parts/mood";
import { Empty, Failed, Skeleton } from "../parts/states";
import { usePages } from "./pages";
import { PostPanel } from "./panel";
import { usePlace } from "./place";
import { Search } from "./search";
import { titleOf } from "./title";

const PAGE = 50;
const EXCERPT_CHARS = 420;

export function Posts() {
  const { post } = address.value;
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
          <h1>Posts</h1>
          <Scope />
          <Windows />
        </div>
        <Filters />
        <p class="muted aside">
          Posts alone; their comments open with them. The figures count both.
        </p>
        <List />
      </div>
      {post && <PostPanel of={post} key={post} />}
    </div>
  );
}

function asked({ subreddit, hours, sentiment, q, start, end, topic, at }: Address) {
  const window = topic ? { topic, at } : start || end ? { start, end } : {};
  return { subreddit, hours, sentiment, q, ...window };
}

function Filters() {
  const { sentiment, q, start, end, topic } = address.value;
  const isNarrowed = sentiment || q || start || end || topic;
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
      <a
        class="quiet export"
        href={path("/posts/recent", { ...asked(address.value), format: "csv" })}
        download
      >
        Download as CSV
      </a>
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
  const first = path("/posts/recent", { ...asked(address.value), limit: PAGE });
  const pages = usePages(first);
  const rows = useRef<HTMLOListElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const { posts, hasMore, isLoading, failure, fresh, more } = pages;
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
  if (!posts.length && (isLoading || hasMore)) return <Skeleton height={88} rows={6} />;
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
            ? `${fresh.length} or more new posts`
            : plural(fresh.length, "new post")}
        </button>
      )}
      <MixedMethods methods={[...new Set(posts.map((post) => methodOf(post.sentiment)))].sort()} />
      <ol class="post-list" ref={rows} aria-label="Posts, newest first">
        {posts.map((post) => (
          <PostRow key={post.id} post={post} />
        ))}
      </ol>
      <div ref={end} class="list-end" role="status">
        {failure ? (
          <Failed failure={failure} />
        ) : hasMore ? (
          <button type="button" class="button" onClick={more} disabled={isLoading}>
            {isLoading ? "Loading more…" : "Load more"}
          </button>
        ) : (
          <p class="muted">
            {posts.length === 1
              ? "That is the only one."
              : `That is all: ${plural(posts.length, "post")}.`}
          </p>
        )}
      </div>
    </>
  );
}

function NoPosts() {
  const { hours, topic, start, end, sentiment, q } = address.value;
  const isNarrowed = sentiment || q || start || end || topic;
  return (
    <Empty
      title={
        isNarrowed ? "No post fits this filter." : `No posts in the last ${windowName(hours)}.`
      }
    >
      {isNarrowed ? (
        <Link to={NO_FILTER}>Show them without the filter</Link>
      ) : (
        "Choose a longer window, or wait for the next collection."
      )}
    </Empty>
  );
}

function PostRow({ post }: { post: Post }) {
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
          <span>{plural(post.comment_count, "comment")}</span>
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
