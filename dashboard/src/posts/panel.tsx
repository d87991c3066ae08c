/** One post beside the list, with its comments and how each feels. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { go } from "../address";
import { type Comment, type Post, type PostDetail, path } from "../api";
import { useData } from "../data";
import { count, plural, score } from "../format";
import { Byline } from "../parts/age";
import { Copies } from "../parts/copies";
import { Language, MixedMethods, methodOf, methodsOf } from "../parts/methods";
import { Score, Split } from "../parts/mood";
import { Failed, Skeleton } from "../parts/states";
import { Words } from "../parts/words";
import { titleOf } from "./title";

/** Deeper answers are shown at this depth: a phone has no room for more. */
const DEEPEST = 4;
const REDDIT = "https://www.reddit.com/";

export function PostPanel({ of }: { of: string }) {
  const [subreddit, id] = of.split("/");
  const detail = useData<PostDetail>(path(`/posts/${id}`, { subreddit }));
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.focus({ preventScroll: true });
    const close = ({ key, target }: KeyboardEvent) => {
      // In a box it empties that.
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
      ) : detail.failure ? (
        <Failed failure={detail.failure}>
          It may have been deleted on Reddit: what is deleted there goes here, too.
        </Failed>
      ) : (
        <Skeleton height={120} rows={4} />
      )}
    </aside>
  );
}

function Detail({ detail }: { detail: PostDetail }) {
  const { post, comments } = detail;
  return (
    <article>
      <p class="post-meta muted">
        <span>r/{post.subreddit}</span>
        <Byline of={post} />
        <Copies of={post} />
      </p>
      <h2 class="panel-title">{titleOf(post)}</h2>
      <p class="panel-mood">
        <Score value={post.sentiment.compound} named />
        <span class="muted">
          {plural(post.upvotes, "upvote")} · scored by {methodOf(post.sentiment)}
        </span>
        <Language of={post.language} />
      </p>
      <Words text={post.content} />
      <p class="panel-links">
        {detail.feed === "sample" ? (
          <span class="muted">Invented for the sample: it isn't on Reddit.</span>
        ) : (
          <a class="button" href={onReddit(post)} target="_blank" rel="noopener noreferrer">
            Open on Reddit
          </a>
        )}
        {isElsewhere(post) && (
          <a href={post.url} target="_blank" rel="noopener noreferrer nofollow">
            {hostOf(post.url)}
          </a>
        )}
      </p>
      <h3>
        {plural(comments.length, "comment")}{" "}
        <span class="muted">
          {detail.sentiment_avg !== null && `${score(detail.sentiment_avg)} on average`}
          {detail.left_out > 0 && `, ${count(detail.left_out)} not in English left out`}
        </span>
      </h3>
      <MixedMethods methods={methodsOf([detail])} />
      {comments.length > 0 && <Split counts={detail.sentiment_distribution} figures />}
      <Comments comments={comments} />
      {!comments.length && (
        <p class="muted">
          {post.comment_count
            ? "None are collected yet: comments come with the next collections."
            : "Nobody has answered yet."}
        </p>
      )}
      {!detail.comments_complete && <p class="muted">There are more; these are the oldest.</p>}
    </article>
  );
}

/** What strangers gave as an address may be anything: only one of Reddit is called so. */
function onReddit({ id, permalink }: Post): string {
  return permalink.startsWith(REDDIT) ? permalink : `${REDDIT}comments/${id}/`;
}

function isElsewhere({ url }: Post): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url) && !/(^|\.)reddit\.com$/.test(hostOf(url));
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^www\./, "");
}

function Comments({ comments }: { comments: Comment[] }) {
  const ordered = useMemo(() => threaded(comments), [comments]);
  return (
    <ol class="comments">
      {ordered.map(({ comment, depth }) => (
        <li key={comment.id} class={`comment depth-${Math.min(depth, DEEPEST)}`}>
          <p class="post-meta muted">
            <Score value={comment.sentiment.compound} named />
            <Byline of={comment} />
            <span>{plural(comment.upvotes, "upvote")}</span>
            <Language of={comment.language} />
            {depth > 0 && <span class="hidden">an answer</span>}
          </p>
          <Words text={comment.content} />
        </li>
      ))}
    </ol>
  );
}

/** Put answers below what they answer; one whose question is gone stands by itself. */
function threaded(comments: Comment[]): { comment: Comment; depth: number }[] {
  const known = new Set(comments.map((comment) => `t1_${comment.id}`));
  const answers = new Map<string, Comment[]>();
  for (const comment of comments) {
    const above = known.has(comment.parent_id) ? comment.parent_id : "";
    answers.set(above, [...(answers.get(above) ?? []), comment]);
  }
  const ordered: { comment: Comment; depth: number }[] = [];
  const waiting = (answers.get("") ?? []).toReversed().map((comment) => ({ comment, depth: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { comment, depth } = next;
    ordered.push(next);
    const below = answers.get(`t1_${comment.id}`) ?? [];
    waiting.push(...below.toReversed().map((each) => ({ comment: each, depth: depth + 1 })));
  }
  return ordered;
}
