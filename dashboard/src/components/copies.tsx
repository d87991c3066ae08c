/** Copies of a post in other communities, and the post that it copies. */

import type { Post } from "../api";
import { communityName, plural } from "../format";
import { Link } from "./link";

/** More communities than this are counted, not named. */
const MAX_NAMED = 3;

export function Copies({ post }: { post: Pick<Post, "subreddit" | "copies" | "copy_of"> }) {
  const { copies = [], copy_of: original } = post;
  return (
    <>
      {copies.length > 0 && <span>{copiesText(post.subreddit, copies)}</span>}
      {original && (
        <span>
          a copy of{" "}
          <Link to={{ post: original }}>one in {communityName(communityAt(original))}</Link>
        </span>
      )}
    </>
  );
}

function copiesText(own: string, copies: string[]): string {
  const names = [...new Set(copies.map(communityAt))];
  const isElsewhere = !names.includes(own) && names.length === copies.length;
  if (isElsewhere && names.length <= MAX_NAMED)
    return `also in ${names.map(communityName).join(", ")}`;
  return plural(copies.length, "copy", "copies");
}

function communityAt(place: string): string {
  return place.split("/")[0] ?? "";
}
