/** A mention: a post or a comment, with the words marked that name the subject. */

import type { Address } from "../address";
import type { Mention } from "../api";
import { Byline } from "../components/age";
import { Copies } from "../components/copies";
import { Kinds } from "../components/kinds";
import { Known } from "../components/known";
import { Link } from "../components/link";
import { Marked } from "../components/marked";
import { firstMark } from "../components/marks";
import { Language } from "../components/methods";
import { Basis, Score } from "../components/sentiment";
import { VIA_NAMES } from "../components/via";
import { communityName } from "../format";
import { address } from "../navigation";
import { excerptAt } from "./excerpt";
import { visibleTitle } from "./title";

interface Props {
  mention: Mention;
  /** The list that its post opens in. */
  to?: Partial<Address>;
  /** The level of its title below what is around it. */
  heading: "h2" | "h3";
}

export function MentionRow({ mention, to = {}, heading: Heading }: Props) {
  const { kind, community, matched, text, title, via } = mention;
  const post = `${community}/${mention.post_id}`;
  const link = { to: { ...to, post }, "data-post": `${community}/${mention.id}` };
  const shown = excerptAt(text, firstMark(text, matched));
  const isOpen = address.value.view === "posts" && address.value.post === post;
  return (
    <li class={`post ${isOpen ? "open" : ""}`}>
      <Score value={mention.sentiment.compound} named />
      <div class="post-body">
        {kind === "post" && (
          <Heading class="post-title">
            <Link {...link}>
              <Marked text={visibleTitle({ title })} words={matched} />
            </Link>
          </Heading>
        )}
        {kind === "comment" ? (
          <p class="post-excerpt">
            <Link {...link}>
              <Marked text={shown || "(no words)"} words={matched} />
            </Link>
          </p>
        ) : (
          shown && (
            <p class="post-excerpt">
              <Marked text={shown} words={matched} />
            </p>
          )
        )}
        <Facts mention={mention} place={communityName(community)} via={VIA_NAMES[via]} />
      </div>
    </li>
  );
}

interface FactsProps {
  mention: Mention;
  place: string;
  via: string;
}

function Facts({ mention, place, via }: FactsProps) {
  return (
    <p class="post-meta muted">
      <span class="via">{via}</span>
      <Basis sentiment={mention.sentiment} />
      <Kinds item={mention} />
      <span>{mention.kind === "comment" ? `comment in ${place}` : place}</span>
      <Byline item={mention} />
      <Known value={mention.upvotes} one="upvote" />
      <Known value={mention.comment_count} one="comment" />
      <Language language={mention.language} />
      <Copies post={{ ...mention, subreddit: mention.community }} />
    </p>
  );
}
