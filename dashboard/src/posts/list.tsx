/** The list: its rows, the next page at its end, and new posts behind a button. */

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { NO_FILTER } from "../address";
import { EmptyNote, ErrorNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { MixedMethods, methodName } from "../components/methods";
import { isTooLong, OtherOrders, orderName } from "../components/sort_picker";
import { windowText } from "../components/window_text";
import { isStale, lastEnded } from "../cycles";
import { dateTime, plural } from "../format";
import { address } from "../navigation";
import {
  HEADINGS,
  isFiltered,
  listPath,
  listsMentions,
  noun,
  searchedSpan,
  shownKind,
} from "./filter";
import { MentionRow } from "./mention_row";
import { itemKey } from "./post_list";
import { CommentRow, PostRow } from "./rows";
import { useScrollRestoration } from "./scroll_restoration";
import { type Pages, usePages } from "./use_pages";

const PAGE_SIZE = 50;
/** How far below the window the next page is loaded. */
const AHEAD = "600px";

export function PostList() {
  const first = listPath(address.value, { limit: PAGE_SIZE });
  const pages = usePages(first);
  const { posts, hasMore, isLoading, error } = pages;
  const rows = useRef<HTMLOListElement>(null);
  const end = useRef<HTMLDivElement>(null);
  useLoadAhead(end, pages);
  useScrollRestoration(rows, first, address.value.post, posts.length > 0);

  if (!posts.length && error) {
    return (
      <ErrorNote error={error}>
        {isTooLong(error) ? (
          <OtherOrders hasScore={listsMentions(address.value)} />
        ) : (
          <Link to={{ ...NO_FILTER, subject: null, subreddit: null }}>Show all posts</Link>
        )}
      </ErrorNote>
    );
  }
  if (!posts.length) return isLoading || hasMore ? <Searching pages={pages} /> : <NoPosts />;
  return (
    <>
      <FreshButton pages={pages} />
      <MixedMethods
        methods={[...new Set(posts.map((post) => methodName(post.sentiment)))].sort()}
      />
      <ol
        class="post-list"
        ref={rows}
        aria-label={`${listName()}, ${orderName(address.value.sort)} first`}
      >
        {posts.map((each) =>
          "via" in each ? (
            <MentionRow key={itemKey(each)} mention={each} heading="h2" />
          ) : "kind" in each && each.kind === "comment" ? (
            <CommentRow key={itemKey(each)} comment={each} />
          ) : (
            <PostRow key={itemKey(each)} post={each} />
          ),
        )}
      </ol>
      <div ref={end} class="list-end" role="status">
        <ListEnd pages={pages} />
      </div>
    </>
  );
}

function listName(): string {
  return listsMentions(address.value) ? "Mentions" : HEADINGS[shownKind(address.value)];
}

/** Load the next page before the reader is at the end. */
function useLoadAhead(
  end: RefObject<HTMLElement | null>,
  { hasMore, isLoading, loadMore }: Pages,
): void {
  const latest = useRef(loadMore);
  latest.current = loadMore;
  useEffect(() => {
    if (!end.current || !hasMore || isLoading) return;
    const observer = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && latest.current(),
      { rootMargin: AHEAD },
    );
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [hasMore, isLoading]);
}

/** Return how far back a search has come. */
function searchedText({ searchedUntil }: Pages): string | null {
  return searchedUntil && address.value.q && `searched back to ${dateTime(searchedUntil)}`;
}

/** No post is found yet. */
function Searching({ pages }: { pages: Pages }) {
  const searched = searchedText(pages);
  return (
    <>
      {searched && (
        <p class="muted" role="status">
          No {noun(address.value)} fits so far: {searched}.
        </p>
      )}
      <Skeleton height={88} rows={6} />
    </>
  );
}

function FreshButton({ pages: { fresh, hasMoreFresh, showFresh } }: { pages: Pages }) {
  if (!fresh.length) return null;
  const one = noun(address.value);
  return (
    <button
      type="button"
      class="button fresh"
      onClick={() => {
        showFresh();
        window.scrollTo({ top: 0 });
      }}
    >
      Show{" "}
      {hasMoreFresh ? `${fresh.length} or more new ${one}s` : plural(fresh.length, `new ${one}`)}
    </button>
  );
}

function ListEnd({ pages }: { pages: Pages }) {
  const { posts, hasMore, isLoading, error, loadMore } = pages;
  if (error) return <ErrorNote error={error} />;
  if (!hasMore) {
    return (
      <p class="muted">
        {posts.length === 1
          ? "That is the only one."
          : `That is all: ${plural(posts.length, noun(address.value))}.`}
      </p>
    );
  }
  const searched = searchedText(pages);
  return (
    <>
      {searched && <p class="muted">{searched}</p>}
      <button type="button" class="button" onClick={loadMore} disabled={isLoading}>
        {isLoading ? "Loading more…" : "Load more"}
      </button>
    </>
  );
}

function NoPosts() {
  const { hours, q } = address.value;
  if (!isFiltered(address.value)) {
    const isUncollected = isStale.value || lastEnded.value?.status === "failed";
    const collected = isUncollected ? "were collected " : "";
    return (
      <EmptyNote
        title={`No ${noun({ ...address.value, kind: null })}s ${collected}in ${windowText(hours)}.`}
      >
        Choose a longer window, or wait for the next collection.
      </EmptyNote>
    );
  }
  return (
    <EmptyNote title={`No ${noun(address.value)} fits this filter.`}>
      {q && `Every ${noun(address.value)} of ${searchedSpan(address.value)} was searched. `}
      <Link to={NO_FILTER}>Show them without the filter</Link>
    </EmptyNote>
  );
}
