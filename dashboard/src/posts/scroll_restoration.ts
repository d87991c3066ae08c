/** Scroll restoration by post: rows differ in height, so that a scroll offset is no place in the list. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** The first visible post, and the top of its row in the window. */
interface Anchor {
  post: string;
  top: number;
}

/** Anchors by history entry. */
const anchors = new Map<number, Anchor>();
/** Rows get their true height when they are first drawn, which moves the rows below. */
const FRAMES = 4;
const LAYOUT_MS = 100;

/**
 * Keep the first visible post in place while the list's width changes, and on the way back to it.
 *
 * An open post makes the list narrower.
 */
export function useScrollRestoration(
  list: RefObject<HTMLElement | null>,
  listKey: string,
  openPost: string | null,
  isLoaded: boolean,
): void {
  const anchor = useRef<Anchor | undefined>(undefined);
  const isMoving = useRef(false);

  useEffect(() => {
    let timer: number | undefined;
    const saveAnchor = () => {
      if (isMoving.current) return;
      anchor.current = findAnchor(list.current);
      if (anchor.current) anchors.set(historyEntry(), anchor.current);
    };
    const onScroll = () => {
      saveAnchor();
      clearTimeout(timer);
      timer = setTimeout(saveAnchor, LAYOUT_MS) as unknown as number;
    };
    const before = history.scrollRestoration;
    history.scrollRestoration = "manual";
    window.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      history.scrollRestoration = before;
      window.removeEventListener("scroll", onScroll);
    };
  }, []);

  useLayoutEffect(() => {
    anchor.current = anchors.get(history.state?.step);
  }, [listKey]);

  useLayoutEffect(() => {
    const to = anchor.current;
    if (!isLoaded || !to) return;
    let left = FRAMES;
    let frame = 0;
    const move = () => {
      const row = rows(list.current).find((each) => postName(each) === to.post);
      if (row) window.scrollBy(0, row.getBoundingClientRect().top - to.top);
      left -= 1;
      isMoving.current = left > 0;
      if (left) frame = requestAnimationFrame(move);
    };
    move();
    return () => {
      isMoving.current = false;
      cancelAnimationFrame(frame);
    };
  }, [listKey, openPost !== null, isLoaded]);
}

/** Return the key of this history entry. A time stays unique when the page is loaded again. */
function historyEntry(): number {
  if (!history.state?.step) {
    try {
      history.replaceState({ step: Date.now() }, "");
    } catch (error) {
      // Browsers refuse frequent changes.
      if (!(error instanceof DOMException)) throw error;
    }
  }
  return history.state?.step ?? 0;
}

function findAnchor(list: HTMLElement | null): Anchor | undefined {
  const row = rows(list).find((each) => each.getBoundingClientRect().bottom > 0);
  const post = row && postName(row);
  return post ? { post, top: row.getBoundingClientRect().top } : undefined;
}

function rows(list: HTMLElement | null): Element[] {
  return [...(list?.children ?? [])];
}

function postName(row: Element): string | undefined {
  return row.querySelector<HTMLElement>("a[data-post]")?.dataset.post;
}
