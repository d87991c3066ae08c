/** Sentiment in its three forms: icon, score, and bar of label shares. */

import { type Address, LABELS } from "../address";
import type { Label, LabelCounts, MentionChange, MentionTotals, Post } from "../api";
import { labelFor, type Measured, margin, significantChange } from "../figures";
import { communityName, count, partOf, score, share, signed, windowName } from "../format";
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

/** A mean with how far it may be off, and whether it is of few items. */
export function Mean({
  measured: { statistics },
}: {
  measured: { statistics: Pick<MentionTotals, "avg_sentiment" | "interval" | "few"> };
}) {
  const off = margin(statistics);
  const { avg_sentiment: average, interval, few } = statistics;
  return (
    <>
      <Score value={average} />
      {off !== null && (
        <span class="margin" title={intervalText(interval)}>
          ±{off.toFixed(2)}
        </span>
      )}
      {few && average !== null && " "}
      {few && average !== null && <span class="few">few items</span>}
    </>
  );
}

/** Return an interval in words. */
export function intervalText(interval: number[] | null): string {
  const [low, high] = interval ?? [];
  if (low === undefined || high === undefined) return "How far it may be off is unknown";
  return `In 95 of 100 cases between ${score(low)} and ${score(high)}`;
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

/** The text of what allows no change to be shown: the reason, or else the verdict. */
const WHY_NONE = {
  no_clear_change: "no clear change",
  too_few: "too few items to compare",
  mixed_methods: "scored otherwise before",
  no_earlier_data: "no earlier data",
  not_collected: "not all was collected",
};

/** The change of the mean against the hours before, or why there is none. */
export function MeanChange({ compared }: { compared: Measured }) {
  const { change } = compared;
  const clear = significantChange(compared);
  if (!change) return <Change value={null} />;
  const why = change.reason ?? change.verdict;
  const title = changeTitle(change);
  return (
    <span {...(title ? { title } : {})}>
      {clear !== null || why === "incomplete" || why === "better" || why === "worse" ? (
        <Change value={clear} />
      ) : (
        <span class="change none">{WHY_NONE[why]}</span>
      )}
    </span>
  );
}

/** Return what a verdict rests on, in words. */
function changeTitle(change: MentionChange): string | null {
  if (change.behind.length)
    return `Missing of late: ${change.behind.map(communityName).join(", ")}`;
  if (change.span_needed != null) return `About ${windowName(change.span_needed)} would do`;
  return change.reason === null ? byThreadText(change) : null;
}

/** Return the change that a verdict rests on, with its interval; null where it is unknown. */
export function byThreadText({ by_thread }: MentionChange): string | null {
  const [low, high] = by_thread?.interval ?? [];
  if (!by_thread || low === undefined || high === undefined) return null;
  return `Weighed by thread: ${signed(by_thread.avg_sentiment, 2)}, in 95 of 100 cases between ${signed(low, 2)} and ${signed(high, 2)}`;
}

/** How far a share may be off, in points either way; nothing where it is unknown. */
export function ShareMargin({ spread }: { spread: Spread | null | undefined }) {
  const off = margin({ interval: spread?.interval ?? null });
  const [low = 0, high = 0] = spread?.interval ?? [];
  if (off === null) return null;
  return (
    <span class="margin" title={`In 95 of 100 cases between ${partOf(low)} and ${partOf(high)}`}>
      ±{Math.round(100 * off)}
    </span>
  );
}

interface Spread {
  interval?: number[] | null | undefined;
}

interface Props {
  counts: LabelCounts & { shares?: Partial<Record<Label, Spread>> | null };
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
                <LabelIcon label={label} /> <b>{share(counts[label], total)}</b>
                <ShareMargin spread={counts.shares?.[label]} />{" "}
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
