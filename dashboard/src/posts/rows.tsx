/** The rows of the list: a post, or a comment that leads to its post. */

import type { Item, Post } from "../api";
import { Byline } from "../components/age";
import { Copies } from "../components/copies";
import { Kinds } from "../components/kinds";
import { Known } from "../components/known";
import { Link } from "../components/link";
import { Score } from "../components/sentiment";
import { communityName } from "../format";
import { address } from "../navigation";
import { excerpt } from "./excerpt";
import { visibleTitle } from "./title";

export function PostRow({ post }: { post: Post | Item }) {
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
          <span>{communityName(post.subreddit)}</span>
          <Byline item={post} />
          <Known value={post.upvotes} one="upvote" />
          <Known value={post.comment_count} one="comment" />
          <Kinds item={post} />
          <Copies post={post} />
        </p>
      </div>
    </li>
  );
}

/** A comment links to its post. */
export function CommentRow({ comment }: { comment: Item }) {
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
          <span>comment in {communityName(comment.subreddit)}</span>
          <Byline item={comment} />
          <Known value={comment.upvotes} one="upvote" />
          <Kinds item={comment} />
        </p>
      </div>
    </li>
  );
}
