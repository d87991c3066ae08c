/** The comments of a post in the order of their thread. */

import type { Comment } from "../api";

/** Order comments so that replies follow their parent. A reply whose parent is gone is at the top level. */
export function flattenThread(comments: Comment[]): { comment: Comment; depth: number }[] {
  const known = new Set(comments.map((comment) => comment.id));
  const answers = new Map<string, Comment[]>();
  for (const comment of comments) {
    const { parent_id, post_id } = comment;
    // A comment may have the id of its post: what names that one answers the post.
    const above = parent_id !== post_id && known.has(parent_id) ? parent_id : "";
    answers.set(above, [...(answers.get(above) ?? []), comment]);
  }
  const ordered: { comment: Comment; depth: number }[] = [];
  const waiting = (answers.get("") ?? []).toReversed().map((comment) => ({ comment, depth: 0 }));
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { comment, depth } = next;
    ordered.push(next);
    const below = answers.get(comment.id) ?? [];
    waiting.push(...below.toReversed().map((each) => ({ comment: each, depth: depth + 1 })));
  }
  return ordered;
}
