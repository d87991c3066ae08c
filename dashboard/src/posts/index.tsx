/** Posts: the list, its filters, and an open post with its comments beside it. */

import { useEffect, useRef } from "preact/hooks";
import { SUBJECT_PREFIX, subjectPath } from "../api";
import { Link } from "../components/link";
import { Meaning } from "../components/meaning";
import { isOverlayOpen } from "../components/overlay";
import { CommunityPicker, SubjectPicker } from "../components/pickers";
import { useScopeName } from "../components/scope_name";
import { viewOf } from "../components/subject_links";
import { WindowPicker } from "../components/window_picker";
import { address } from "../navigation";
import { heading, listsMentions } from "./filter";
import { Filters } from "./filters";
import { PostList } from "./list";
import { PostPanel } from "./panel";

/** What mentions are, and where else they are. */
function AboutMentions({ subject }: { subject: string }) {
  return (
    <div class="about">
      <Meaning />
      <p class="muted">
        <Link to={viewOf(subject)}>The figures</Link> ·{" "}
        <a href={subjectPath(subject, {}, "/mentions.atom")}>Mentions as a feed</a>
      </p>
    </div>
  );
}

export function Posts() {
  const { post, kind, subject, said } = address.value;
  const nameOf = useScopeName();
  const list = useRef<HTMLDivElement>(null);
  const opened = useRef<string | null>(null);
  useEffect(() => {
    // Closing a post moves the focus back to its link.
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
          <h1>{heading(address.value, subject && nameOf(SUBJECT_PREFIX + subject))}</h1>
          <SubjectPicker all="Any subject" />
          <CommunityPicker />
          <WindowPicker isList />
        </div>
        <Filters />
        {!kind && !subject && !said && (
          <p class="muted aside">
            Posts alone; their comments open with them. The figures count both.
          </p>
        )}
        {subject && listsMentions(address.value) && <AboutMentions subject={subject} />}
        <PostList />
      </div>
      {post && <PostPanel name={post} key={post} />}
    </div>
  );
}
