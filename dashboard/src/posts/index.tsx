/** Posts: newest first, narrowed down as one likes, and one of them with its comments beside. */

import { useEffect, useRef } from "preact/hooks";
import { type Address, address, go, LABELS, NO_FILTER } from "../address";
import { apiPath, type Item } from "../api";
import { Byline } from "../components/age";
import { Copies } from "../components/copies";
import { EmptyNote, ErrorNote, Skeleton } from "../components/data_state";
import { SubredditPicker, WindowPicker } from "../components/header";
import { Link } from "../components/link";
import { MixedMethods, methodName } from "../components/methods";
import { isOverlayOpen } from "../components/overlay";
import { LabelIcon, Score } from "../components/sentiment";
import { isStale, lastEnded } from "../cycles";
import { dateTime, formatSpan, plural, windowName } from "../format";
import { Download } from "./download";
import { PostPanel } from "./panel";
import { useScrollRestoration } from "./scroll_restoration";
import { Search } from "./search";
import { visibleTitle } from "./title";
import { type ListItem, usePages } from "./use_pages";

const HEADINGS = { posts: "Posts", items: "Posts and comments", comments: "Comments" };
const KINDS = [null, "items", "comments"] as const;
const KIND_NAMES = { posts: "Posts", items: "Both", comments: "Comments" };
const NOUNS = { posts: "post", items: "item", comments: "comment" };
const PAGE_SIZE = 50;
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
      <div class="posts-list" ref={list} inert={isOverlayOpen.value}>
        <div class="bar">
          <h1>{HEADINGS[kind ?? "posts"]}</h1>
          <SubredditPicker />
          <WindowPicker />
        </div>
        <Filters />
        {!kind && (
          <p class="muted aside">
            Posts alone; their comments open with them. The figures count both.
          </p>
        )}
        <PostList />
      </div>
      {post && <PostPanel name={post} key={post} />}
    </div>
  );
}

function queryOf({ kind, subreddit, hours, sentiment, q, start, end, topic, at }: Address) {
  const window = topic ? { topic, at } : start || end ? { start, end } : {};
  const only = kind === "comments" ? { kind: "comment" } : {};
  return { subreddit, hours, sentiment, q, ...window, ...only };
}

/** A topic is a list of posts. */
function endpoint({ kind, topic }: Address): string {
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
            <LabelIcon label={label} /> {label}
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
            {KIND_NAMES[each ?? "posts"]}
          </button>
        ))}
      </fieldset>
      <Search
        label='Words and "phrases"'
        value={q ?? ""}
        onSearch={(typed) => go({ q: typed || null }, { replace: q !== null })}
      />
      {topic && <Chip text={`Topic: ${topic}`} without={{ topic: null, at: null }} />}
      {(start || end) && !topic && (
        <Chip text={formatSpan(start, end)} without={{ start: null, end: null }} />
      )}
      {isNarrowed && (
        <Link class="quiet" to={NO_FILTER}>
          Clear all
        </Link>
      )}
      <Download
        address={apiPath(endpoint(address.value), { ...queryOf(address.value), format: "csv" })}
      />
    </div>
  );
}

function Chip({ text, without }: { text: string; without: Partial<Address> }) {
  return (
    <span class="chip on">
      {text}
      <button type="button" aria-label={`Without ${text}`} onClick={() => go(without)}>
        ×
      </button>
    </span>
  );
}

function PostList() {
  const first = apiPath(endpoint(address.value), { ...queryOf(address.value), limit: PAGE_SIZE });
  const pages = usePages(first);
  const rows = useRef<HTMLOListElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const { posts, hasMore, isLoading, failure, fresh, loadMore } = pages;
  const { q, kind } = address.value;
  const noun = NOUNS[kind ?? "posts"];
  const latest = useRef(loadMore);
  latest.current = loadMore;
  useEffect(() => {
    if (!end.current || !hasMore || isLoading) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      { rootMargin: "600px" },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [hasMore, isLoading]);
  useScrollRestoration(rows, first, address.value.post, posts.length > 0);

  if (!posts.length && failure) {
    return (
      <ErrorNote failure={failure}>
        <Link to={{ ...NO_FILTER, subreddit: null }}>Show all posts</Link>
      </ErrorNote>
    );
  }
  const searched = pages.reach && q && `searched back to ${dateTime(pages.reach)}`;
  if (!posts.length && (isLoading || hasMore)) {
    return (
      <>
        {searched && (
          <p class="muted" role="status">
            No {noun} fits so far: {searched}.
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
            ? `${fresh.length} or more new ${noun}s`
            : plural(fresh.length, `new ${noun}`)}
        </button>
      )}
      <MixedMethods
        methods={[...new Set(posts.map((post) => methodName(post.sentiment)))].sort()}
      />
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
          <ErrorNote failure={failure} />
        ) : hasMore ? (
          <>
            {searched && <p class="muted">{searched}</p>}
            <button type="button" class="button" onClick={loadMore} disabled={isLoading}>
              {isLoading ? "Loading more…" : "Load more"}
            </button>
          </>
        ) : (
          <p class="muted">
            {posts.length === 1
              ? "That is the only one."
              : `That is all: ${plural(posts.length, noun)}.`}
          </p>
        )}
      </div>
    </>
  );
}

function NoPosts() {
  const { hours, kind, topic, start, end, sentiment, q } = address.value;
  const isNarrowed = sentiment || q || start || end || topic;
  const isUncollected = isStale.value || lastEnded.value?.status === "failed";
  return (
    <EmptyNote
      title={
        isNarrowed
          ? `No ${NOUNS[kind ?? "posts"]} fits this filter.`
          : `No posts ${isUncollected ? "were collected " : ""}in the last ${windowName(hours)}.`
      }
    >
      {isNarrowed ? (
        <>
          {q && `Every ${NOUNS[kind ?? "posts"]} of ${searchedSpan(address.value)} was searched. `}
          <Link to={NO_FILTER}>Show them without the filter</Link>
        </>
      ) : (
        "Choose a longer window, or wait for the next collection."
      )}
    </EmptyNote>
  );
}

/** The time that is searched, in words. */
function searchedSpan({ hours, topic, start, end }: Address): string {
  if (topic) return "the topic";
  return start || end ? formatSpan(start, end) : `the last ${windowName(hours)}`;
}

function PostRow({ post }: { post: ListItem }) {
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
            {visibleTitle(post)}
          </Link>
        </h2>
        {post.content && <p class="post-excerpt">{excerpt(post.content)}</p>}
        <p class="post-meta muted">
          <span>r/{post.subreddit}</span>
          <Byline item={post} />
          <span>{plural(post.upvotes, "upvote")}</span>
          <span>{plural(post.comment_count ?? 0, "comment")}</span>
          <Copies post={post} />
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
            {excerpt(comment.content) || "(no words)"}
          </Link>
        </p>
        <p class="post-meta muted">
          <span>comment in r/{comment.subreddit}</span>
          <Byline item={comment} />
          <span>{plural(comment.upvotes, "upvote")}</span>
        </p>
      </div>
    </li>
  );
}

/** The beginning of a text, without the marks that only its whole form needs. */
function excerpt(text: string): string {
  const words = text.slice(0, 2 * EXCERPT_CHARS).replace(/^\s*(```\w*|>+|#+)\s*/gm, "");
  return words.slice(0, EXCERPT_CHARS);
}
