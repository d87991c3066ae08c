/** Sentiment in its three forms: icon, score, and bar of label shares. */

import { type Address, LABELS } from "../address";
import type { Label, LabelCounts, Post } from "../api";
import { labelFor, type Measured, margin, significantChange } from "../figures";
import { communityName, count, score, share, signed } from "../format";
import { Link } from "./link";

type Said = Post["sentiment"];

const SHAPES: Record<Label, string> = {
  positive: "M5 1 9.500 9H.5Z",
  neutral: "M5 1.750a3.250 3.250 0 1 0 0 6.500 3.250 3.250 0 0 0 0-6.500Z",
  negative: "M5 9 .5 1h9Z",
};

/** The shape repeats the colour, for readers who can't tell the colours apart. */
export function LabelIcon({ label, named = false }: { label: Label; named?: boolean }) {
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
  const label = labelFor(value);
  return (
    <span class={`score ${label}`}>
      <LabelIcon label={label} named={named} /> {score(value)}
    </span>
  );
}

/** Say in words that a method can't tell, whose sentiment it is, and whether a person corrected it. */
export function Basis({
  sentiment: { unsure, by, corrected },
}: {
  sentiment: Pick<Said, "unsure" | "by" | "corrected">;
}) {
  return (
    <>
      {unsure && " "}
      {unsure && <span class="basis">unsure</span>}
      {by && " "}
      {by && <span class="basis">from the parent</span>}
      {corrected && " "}
      {corrected && <span class="basis">corrected</span>}
    </>
  );
}

/** A mean with how far it may be off: two standard errors. */
export function Mean({ measured }: { measured: Measured }) {
  const off = margin(measured);
  return (
    <>
      <Score value={measured.statistics.avg_sentiment} />
      {off !== null && <span class="margin">±{off.toFixed(2)}</span>}
    </>
  );
}

/** A change with its direction: an arrow, and a word for screen readers. */
export function Change({ value, digits = 2 }: { value: number | null; digits?: number }) {
  if (value === null) return <span class="change none">no earlier data</span>;
  const text = signed(value, digits);
  if (/^[0.]+$/.test(text)) return <span class="change">no change</span>;
  return (
    <span class={`change ${value > 0 ? "up" : "down"}`}>
      <span aria-hidden="true">{value > 0 ? "↑" : "↓"}</span>
      <span class="hidden">{value > 0 ? "up " : "down "}</span>
      {text}
    </span>
  );
}

/** The text of each verdict that allows no change to be shown. */
const VERDICTS = {
  unclear: "no clear change",
  too_few: "too few items to compare",
  mixed_methods: "scored otherwise before",
  no_earlier_data: "no earlier data",
  not_collected: "not all was collected",
};

/** The change of the mean against the hours before, or why there is none. */
export function MeanChange({ compared }: { compared: Measured }) {
  const { change } = compared;
  if (!change || change.verdict === "better" || change.verdict === "worse") {
    return <Change value={significantChange(compared)} />;
  }
  const error = change.standard_error;
  const isWithin = change.verdict === "unclear" && change.avg_sentiment !== null && error !== null;
  const title = isWithin
    ? `${signed(change.avg_sentiment ?? 0, 2)}, within two standard errors of ${(error ?? 0).toFixed(2)}`
    : change.behind.length
      ? `Missing of late: ${change.behind.map(communityName).join(", ")}`
      : undefined;
  return (
    <span class="change none" {...(title ? { title } : {})}>
      {VERDICTS[change.verdict]}
    </span>
  );
}

interface Props {
  counts: LabelCounts;
  /** The link's target; each label adds its own filter. */
  to?: Partial<Address>;
  /** Whether to list the figures below the bar. */
  figures?: boolean;
}

export function LabelShares({ counts, to, figures = false }: Props) {
  const total = counts.positive + counts.neutral + counts.negative;
  const summary = LABELS.map((label) => `${share(counts[label], total)} ${label}`).join(", ");
  return (
    <div class="split">
      <div class="split-bar" role="img" aria-label={summary}>
        {LABELS.map((label) => (
          <span key={label} class={label} style={{ flexGrow: String(counts[label]) }} />
        ))}
      </div>
      {figures && (
        <ul class="split-figures">
          {LABELS.map((label) => {
            const content = (
              <>
                <LabelIcon label={label} /> <b>{share(counts[label], total)}</b>{" "}
                <span class="muted">
                  {label} · {count(counts[label])}
                </span>
              </>
            );
            return (
              <li key={label}>
                {to ? <Link to={{ ...to, sentiment: label }}>{content}</Link> : content}
              </li>
            );
          })}
        </ul>
      )}
    </div>
  );
}
