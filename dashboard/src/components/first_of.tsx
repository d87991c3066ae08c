/** A list that shows its first items, and the others on demand. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

interface Props<T> {
  items: T[];
  /** The number of items that are shown at first. */
  count: number;
  class: string;
  children: (item: T) => ComponentChildren;
}

export function FirstOf<T>({ items, count, class: name, children }: Props<T>) {
  const [isExpanded, setExpanded] = useState(false);
  const shown = isExpanded ? items : items.slice(0, count);
  return (
    <>
      <ol class={name}>{shown.map(children)}</ol>
      {items.length > shown.length && (
        <button type="button" class="button" onClick={() => setExpanded(true)}>
          Show all {items.length}
        </button>
      )}
    </>
  );
}
