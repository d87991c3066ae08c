/** The comments of a post in the order of their thread. */

import type { Comment } from "../api";

/** Order comments so that replies follow their parent. A reply whose parent is gone is at the top level. */
export function flattenThread(comments: Comment[]): { comment: Comment; depth: number }[] {
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
