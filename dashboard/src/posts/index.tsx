/** Posts: the list, its filters, and an open post with its comments beside it. */

import { useEffect, useRef } from "preact/hooks";
import { isOverlayOpen } from "../components/overlay";
import { CommunityPicker, WindowPicker } from "../components/pickers";
import { address } from "../navigation";
import { HEADINGS } from "./filter";
import { Filters } from "./filters";
import { PostList } from "./list";
import { PostPanel } from "./panel";

export function Posts() {
  const { post, kind } = address.value;
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
          <h1>{HEADINGS[kind ?? "posts"]}</h1>
          <CommunityPicker />
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
