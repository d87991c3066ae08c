/** Sentiment as it is shown everywhere: a shape and a colour, a number, a bar of shares. */

import { type Address, LABELS } from "../address";
import type { Compared, Label, LabelCounts } from "../api";
import { changeOf, isComparable, labelOf } from "../figures";
import { count, score, share, signed } from "../format";
import { Link } from "./link";

const SHAPES: Record<Label, string> = {
  positive: "M5 1 9.500 9H.5Z",
  neutral: "M5 1.750a3.250 3.250 0 1 0 0 6.500 3.250 3.250 0 0 0 0-6.500Z",
  negative: "M5 9 .5 1h9Z",
};

/** The shape says what the colour says. */
export function Mark({ label, named = false }: { label: Label; named?: boolean }) {
  return (
    <svg
      class={`mark ${label}`}
      viewBox="0 0 10 10"
      {...(named ? { role: "img", "aria-label": label } : { "aria-hidden": "true" })}
    >
      <path d={SHAPES[label]} />
    </svg>
  );
}

export function Score({ value, named = false }: { value: number | null; named?: boolean }) {
  if (value === null) return <span class="score">{score(null)}</span>;
  const label = labelOf(value);
  return (
    <span class={`score ${label}`}>
      <Mark label={label} named={named} /> {score(value)}
    </span>
  );
}

/** A change of a mean: up or down, in words for those who don't see the arrow. */
export function Change({ value, digits = 2 }: { value: number | null; digits?: number }) {
  if (value === null) return <span class="change none">no earlier data</span>;
  const told = signed(value, digits);
  if (/^[0.]+$/.test(told)) return <span class="change">no change</span>;
  return (
    <span class={`change ${value > 0 ? "up" : "down"}`}>
      <span aria-hidden="true">{value > 0 ? "↑" : "↓"}</span>
      <span class="hidden">{value > 0 ? "up " : "down "}</span>
      {told}
    </span>
  );
}

/** The change of a mean on the window before; between two methods there is none to be told. */
export function MeanChange({ of }: { of: Compared }) {
  if (isComparable(of) && of.difference.mixed_methods) {
    return <span class="change none">scored otherwise before</span>;
  }
  return <Change value={changeOf(of)} />;
}

interface SplitProps {
  counts: LabelCounts;
  /** Where the posts of each label are, without the label. */
  to?: Partial<Address>;
  /** Whether the figures stand below. */
  figures?: boolean;
}

export function Split({ counts, to, figures = false }: SplitProps) {
  const total = counts.positive + counts.neutral + counts.negative;
  const told = LABELS.map((label) => `${share(counts[label], total)} ${label}`).join(", ");
  return (
    <div class="split">
      <div class="split-bar" role="img" aria-label={told}>
        {LABELS.map((label) => (
          <span key={label} class={label} style={{ flexGrow: String(counts[label]) }} />
        ))}
      </div>
      {figures && (
        <ul class="split-figures">
          {LABELS.map((label) => {
            const shown = (
              <>
                <Mark label={label} /> <b>{share(counts[label], total)}</b>{" "}
                <span class="muted">
                  {label} · {count(counts[label])}
                </span>
              </>
            );
            return (
              <li key={label}>
                {to ? <Link to={{ ...to, sentiment: label }}>{shown}</Link> : shown}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
