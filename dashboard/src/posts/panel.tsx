/** One post beside the list, with its comments and their sentiment. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Comment, type Post, type PostDetail, SUBJECT_PREFIX } from "../api";
import { Byline } from "../components/age";
import { Copies } from "../components/copies";
import { ErrorNote, Skeleton } from "../components/data_state";
import { Kinds, Switch } from "../components/kinds";
import { Known } from "../components/known";
import { Marked } from "../components/marked";
import { Language, MixedMethods, methodName, methodNames } from "../components/methods";
import { RichText } from "../components/rich_text";
import { type ScopeName, useScopeName } from "../components/scope_name";
import { Basis, LabelShares, Score } from "../components/sentiment";
import { communityName, count, plural, score } from "../format";
import { address, go } from "../navigation";
import { usePost } from "../queries";
import { Correcting, NotAbout } from "./correcting";
import { hostname, isExternal, originalLink } from "./links";
import { decidingWords, Products } from "./products";
import { flattenThread } from "./thread";
import { visibleTitle } from "./title";

/** Deeper replies are shown at this depth: a phone has no room for more. */
const MAX_DEPTH = 4;

export function PostPanel({ name }: { name: string }) {
  const detail = usePost(name);
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.focus({ preventScroll: true });
    const close = ({ key, target }: KeyboardEvent) => {
      // In a search box, Escape clears the box.
      if (key === "Escape" && !(target instanceof HTMLInputElement)) go({ post: null });
    };
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, []);
  return (
    <aside class="panel" aria-label="Post" tabIndex={-1} ref={panel}>
      <button
        type="button"
        class="close"
        aria-label="Close the post"
        onClick={() => go({ post: null })}
      >
        ×
      </button>
      {detail.data ? (
        <Detail detail={detail.data} />
      ) : detail.error ? (
        <ErrorNote error={detail.error}>
          It may have been deleted at its source: what is deleted there goes here, too.
        </ErrorNote>
      ) : (
        <Skeleton height={120} rows={4} />
      )}
    </aside>
  );
}

function Detail({ detail }: { detail: PostDetail }) {
  const { post, comments } = detail;
  const nameOf = useScopeName(
    [post, ...comments].some(({ mentions, not_about }) => mentions.length + not_about.length > 0),
  );
  const deciding = decidingWords(post);
  return (
    <article>
      <p class="post-meta muted">
        <span>{communityName(post.subreddit)}</span>
        <Byline item={post} />
        {post.source === "arctic_shift" && <span>from the archive Arctic Shift</span>}
        <Copies post={post} />
      </p>
      <h2 class="panel-title">
        <Marked text={visibleTitle(post)} words={matchedIn(post)} deciding={deciding} />
      </h2>
      <p class="panel-mood">
        <Score value={post.sentiment.compound} named />
        <Basis sentiment={post.sentiment} />
        <Kinds item={post} />
        <Switch item={post} nameOf={nameOf} />
        <span class="muted">
          {post.upvotes !== null && `${plural(post.upvotes, "upvote")} · `}scored by{" "}
          {methodName(post.sentiment)}
        </span>
        <Language language={post.language} />
      </p>
      <Correcting item={post} said={post.sentiment} />
      <Products item={post} nameOf={nameOf} />
      <NotAbout item={post} nameOf={(subject) => nameOf(SUBJECT_PREFIX + subject)} />
      <RichText text={post.content} words={matchedIn(post)} deciding={deciding} />
      <Links detail={detail} />
      <h3>
        {plural(comments.length, "comment")}{" "}
        <span class="muted">
          {detail.sentiment_avg !== null && `${score(detail.sentiment_avg)} on average`}
          {detail.left_out > 0 && `, ${count(detail.left_out)} not in English left out`}
        </span>
      </h3>
      <MixedMethods methods={methodNames([detail])} />
      {comments.length > 0 && <LabelShares counts={detail.sentiment_distribution} figures />}
      <Comments comments={comments} nameOf={nameOf} />
      {!comments.length && <p class="muted">{noComments(post)}</p>}
      {!detail.comments_complete && <p class="muted">There are more; these are the oldest.</p>}
    </article>
  );
}

/** Links to the post itself, and to what it links to. */
function Links({ detail: { post, origin } }: { detail: PostDetail }) {
  const link = originalLink(post);
  return (
    <p class="panel-links">
      {origin === "sample" ? (
        <span class="muted">Invented for the sample: it has no original.</span>
      ) : (
        link && (
          <a class="button" href={link.href} target="_blank" rel="noopener noreferrer">
            {link.text}
          </a>
        )
      )}
      {isExternal(post) && (
        <a href={post.url} target="_blank" rel="noopener noreferrer nofollow">
          {hostname(post.url)}
        </a>
      )}
    </p>
  );
}

/** Return the words that name the chosen subject in an item. */
function matchedIn({ mentions }: Pick<Post, "mentions">): string[] {
  const subject = address.value.subject?.toLowerCase();
  return mentions.find((each) => each.subject.toLowerCase() === subject)?.matched ?? [];
}

/** Return why no comments are shown. */
function noComments({ comment_count: known }: Post): string {
  if (known === null) return "No comments are collected.";
  return known
    ? "None are collected yet: comments come with the next collections."
    : "Nobody has answered yet.";
}

function Comments({ comments, nameOf }: { comments: Comment[]; nameOf: ScopeName }) {
  const ordered = useMemo(() => flattenThread(comments), [comments]);
  return (
    <ol class="comments">
      {ordered.map(({ comment, depth }) => (
        <li key={comment.id} class={`comment depth-${Math.min(depth, MAX_DEPTH)}`}>
          <p class="post-meta muted">
            <Score value={comment.sentiment.compound} named />
            <Basis sentiment={comment.sentiment} />
            <Kinds item={comment} />
            <Switch item={comment} nameOf={nameOf} />
            <Byline item={comment} />
            <Known value={comment.upvotes} one="upvote" />
            <Language language={comment.language} />
            {depth > 0 && <span class="hidden">an answer</span>}
          </p>
          <Correcting item={comment} said={comment.sentiment} />
          <Products item={comment} nameOf={nameOf} />
          <NotAbout item={comment} nameOf={(subject) => nameOf(SUBJECT_PREFIX + subject)} />
          <RichText
            text={comment.content}
            words={matchedIn(comment)}
            deciding={decidingWords(comment)}
          />
        </li>
      ))}
    </ol>
  );
}
