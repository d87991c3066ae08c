/** The paths of a small line: it joins neighbours, breaks at empty steps, and isolated ones are dots. */

interface Scale {
  /** The largest mean that fits, above and below zero. */
  limit: number;
  height: number;
}

export interface TrendMarks {
  line: string;
  dots: string;
}

/** Return the paths of the means in a box of 100 by the height, with zero in the middle. */
export function trendMarks(means: (number | null)[], { limit, height }: Scale): TrendMarks {
  const width = 100 / Math.max(1, means.length);
  const line: string[] = [];
  const dots: string[] = [];
  means.forEach((mean, at) => {
    if (mean === null) return;
    const inside = Math.max(-1, Math.min(1, mean / limit));
    const place = `${round((at + 0.5) * width)} ${round((height / 2) * (1 - inside))}`;
    const isAfter = means[at - 1] != null;
    if (isAfter || means[at + 1] != null) line.push(`${isAfter ? "L" : "M"}${place}`);
    // A line of no length with round ends is a dot, whatever the box is stretched to.
    else dots.push(`M${place}h0.01`);
  });
  return { line: line.join(""), dots: dots.join("") };
}

const round = (value: number) => Math.round(value * 100) / 100;
