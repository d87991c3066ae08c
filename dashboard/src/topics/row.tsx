/** A topic in a list: its name, its growth, its mood, and its course. */

import type { ComponentChildren } from "preact";
import type { Address } from "../address";
import type { LabelCounts } from "../api";
import { type CountStep, Sparkline } from "../charts/sparkline";
import { Link } from "../components/link";
import { LabelShares } from "../components/sentiment";

interface Props {
  name: string;
  /** The list of its items. */
  to: Partial<Address>;
  growth: string;
  /** What the growth is a ratio of. */
  growthTitle: string;
  mean: ComponentChildren;
  /** The counts of its course, what they are, and the most of any step in the list. */
  course: CountStep[];
  most: number;
  courseName: string;
  counts: LabelCounts;
  children: ComponentChildren;
}

export function TopicRow(props: Props) {
  const { name, to, growth, growthTitle, mean, course, most, courseName, counts, children } = props;
  return (
    <li class="topic">
      <div class="topic-head">
        <h3>
          <Link to={to}>{name}</Link>
        </h3>
        <span class="growth" title={growthTitle}>
          {growth}
        </span>
        {mean}
      </div>
      <div class="topic-body">
        <Sparkline steps={course} most={most} name={courseName} />
        <LabelShares counts={counts} />
      </div>
      {children}
    </li>
  );
}
