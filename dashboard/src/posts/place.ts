/** The place in the list: found again by its post, because rows are as high as their texts. */

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** The first post in sight, and where in the window its row begins. */
interface Place {
  post: string;
  top: number;
}

/** Places by the step of the history that they belong to. */
const places = new Map<number, Place>();
/** Rows get their true height once they are drawn, which moves those below. */
const FRAMES = 4;
const DRAWN_MS = 100;

/**
 * Keep the place while the list's width changes, and find it again on the way back to it.
 *
 * of: what is listed; open: what makes the list narrower.
 */
export function usePlace(
  list: RefObject<HTMLElement | null>,
  of: string,
  open: string | null,
  isThere: boolean,
): void {
  const place = useRef<Place | undefined>(undefined);
  const isMoving = useRef(false);

  useEffect(() => {
    let timer: number | undefined;
    const note = () => {
      if (isMoving.current) return;
      place.current = firstInSight(list.current);
      if (place.current) places.set(stepOfHistory(), place.current);
    };
    const scrolled = () => {
      note();
      clearTimeout(timer);
      timer = setTimeout(note, DRAWN_MS) as unknown as number;
    };
    const before = history.scrollRestoration;
    history.scrollRestoration = "manual";
    window.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      clearTimeout(timer);
      history.scrollRestoration = before;
      window.removeEventListener("scroll", scrolled);
    };
  }, []);

  useLayoutEffect(() => {
    place.current = places.get(history.state?.step);
  }, [of]);

  useLayoutEffect(() => {
    const to = place.current;
    if (!isThere || !to) return;
    let left = FRAMES;
    let frame = 0;
    const move = () => {
      const row = rowsOf(list.current).find((each) => postOf(each) === to.post);
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
  }, [of, open !== null, isThere]);
}

/** Name this step of the history; times don't repeat when the page is loaded again. */
function stepOfHistory(): number {
  if (!history.state?.step) {
    try {
      history.replaceState({ step: Date.now() }, "");
    } catch (error) {
      // Browsers refuse when a page does so often.
      if (!(error instanceof DOMException)) throw error;
    }
  }
  return history.state?.step ?? 0;
}

function firstInSight(list: HTMLElement | null): Place | undefined {
  const row = rowsOf(list).find((each) => each.getBoundingClientRect().bottom > 0);
  const post = row && postOf(row);
  return post ? { post, top: row.getBoundingClientRect().top } : undefined;
}

function rowsOf(list: HTMLElement | null): Element[] {
  return [...(list?.children ?? [])];
}

function postOf(row: Element): string | undefined {
  return row.querySelector<HTMLElement>("a[data-post]")?.dataset.post;
}
