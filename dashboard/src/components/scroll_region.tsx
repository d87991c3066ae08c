/** A place for what may be wider than the window: it scrolls by itself, by keyboard as well. */

import type { ComponentChildren } from "preact";

export function ScrollRegion({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="scroll-region" role="region" aria-label={name} tabIndex={0}>
      {children}
    </div>
  );
}
