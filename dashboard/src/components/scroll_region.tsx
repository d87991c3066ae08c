/** A region for wide content. It scrolls on its own, by keyboard as well. */

import type { ComponentChildren } from "preact";

export function ScrollRegion({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="scroll-region" role="region" aria-label={name} tabIndex={0}>
      {children}
    </div>
  );
}
