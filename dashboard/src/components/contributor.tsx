/** One row of what moved a mean: its name, a bar to the side of its effect, and the figures behind it. */

import type { ComponentChildren } from "preact";
import type { Address } from "../address";
import { signed } from "../format";
import { Link } from "./link";

interface Props {
  name: string;
  effect: number;
  /** The largest effect of the list, which has the longest bar. */
  largest: number;
  /** The list of its items; without one it leads nowhere. */
  to?: Partial<Address>;
  children?: ComponentChildren;
}

export function ContributorRow({ name, effect, largest, to, children }: Props) {
  const content = (
    <>
      <span class="contributor-name">{name}</span>
      <span class="contributor-bar" aria-hidden="true">
        <span
          class={effect > 0 ? "positive" : "negative"}
          style={{ width: `${largest ? (50 * Math.abs(effect)) / largest : 0}%` }}
        />
      </span>
      <span class="contributor-effect">{signed(effect, 3)}</span>
      {children && <span class="contributor-more muted">{children}</span>}
    </>
  );
  return (
    <li>
      {to ? (
        <Link to={to} class="contributor">
          {content}
        </Link>
      ) : (
        <span class="contributor">{content}</span>
      )}
    </li>
  );
}
