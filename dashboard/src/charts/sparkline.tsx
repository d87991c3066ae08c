/** A small chart of counts beside the figures that it shows. */

import { itemsIn, type StepRange } from "../figures";
import { formatSpan, formatStep, plural } from "../format";
import { SmallChart } from "./small_chart";

/** An hour or a day and the items in it. */
export interface CountStep {
  start: string;
  end: string;
  total: number;
}

interface Props {
  steps: CountStep[];
  /** The most items of a step, in charts that stand together. */
  most: number;
  name: string;
}

export function Sparkline({ steps, most, name }: Props) {
  const width = 100 / Math.max(1, steps.length);
  return (
    <SmallChart
      name={name}
      count={steps.length}
      resetKey={`${name} ${steps[0]?.start}`}
      readStep={(at) => readText(steps, [at, at])}
      readSpan={({ range }) => readText(steps, range)}
    >
      <svg
        class="sparkline"
        viewBox="0 0 100 24"
        preserveAspectRatio="none"
        role="img"
        aria-label={name}
      >
        {steps.map(({ start, total }, number) => {
          const height = Math.max(0.75, (24 * total) / most);
          return (
            <rect
              key={start}
              x={number * width + width * 0.12}
              width={width * 0.76}
              y={24 - height}
              height={height}
            />
          );
        })}
      </svg>
    </SmallChart>
  );
}

function readText(steps: CountStep[], range: StepRange): string {
  const [first, last] = [steps[range[0]], steps[range[1]]];
  if (!first || !last) return "";
  const time = first === last ? formatStep(first) : formatSpan(first.start, last.end);
  return `${time}: ${plural(itemsIn(steps, range), "post or comment", "posts and comments")}`;
}
