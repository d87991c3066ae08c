/** A link to another state of this page. It is a real link: it opens in a new tab, too. */

import type { ComponentChildren } from "preact";
import type { Address } from "../address";
import { go, href } from "../navigation";

interface Props {
  to: Partial<Address>;
  children: ComponentChildren;
  class?: string;
  "aria-current"?: "page" | "true";
  "data-post"?: string;
}

export function Link({ to, children, ...rest }: Props) {
  return (
    <a
      {...rest}
      href={href(to)}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
