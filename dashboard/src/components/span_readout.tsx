/** What is selected in a chart: its time, items and mean, and the change since an equal time. */

import { NO_FILTER } from "../address";
import type { Baseline, ComparedScope, Comparison, TimeWindow } from "../api";
import type { Selection } from "../charts/accessible_chart";
import { type ChartStep, type Collected, comparableSpan, itemsIn, stepsSpan } from "../figures";
import { formatSpan, plural } from "../format";
import { type QueryState, useSpan } from "../queries";
import { Link } from "./link";
import { Mean, MeanChange } from "./sentiment";
import { scopeAddress } from "./subject_links";

interface Selected {
  selection: Selection;
  steps: ChartStep[];
  collected: Collected;
}

/** Return the API's figures of what is selected; nothing while a drag goes on. */
export function useSelected(scopes: string[], selected: Selected | null): QueryState<Comparison> {
  const { selection, steps, collected } = selected ?? {};
  const isOver = selection && steps && collected && !selection.isDragging;
  const span = isOver ? comparableSpan(steps, selection.range, collected) : null;
  const found = useSpan(scopes, span);
  // Where the week before isn't known, the time just before may be.
  const isUnknown =
    found.data?.before?.because === "week_before" &&
    found.data.subreddits.every(({ change }) => change?.reason === "no_earlier_data");
  const justBefore = useSpan(scopes, isUnknown ? span : null, "before");
  return isUnknown ? justBefore : found;
}

/** One scope in the selected span. */
export function SpanReadout({ scope, ...selected }: Selected & { scope: string }) {
  const { data, error } = useSelected([scope], selected);
  const [compared] = data?.subreddits ?? [];
  if (!data || !compared)
    return (
      <>
        {rangeText(selected)}
        {error && ` (${error.message})`}
      </>
    );
  return (
    <>
      {formatSpan(data.window.start, data.window.end)}:{" "}
      <SpanFigures compared={compared} window={data.window} />
      {data.before && <span class="muted">; against {spanBaselineText(data.before)}</span>}:{" "}
      <MeanChange compared={compared} />
    </>
  );
}

/** The items of a scope in a span, which lead to their list, and their mean. */
export function SpanFigures({
  compared,
  window: { start, end },
}: {
  compared: ComparedScope;
  window: TimeWindow;
}) {
  const { scope, statistics } = compared;
  const to = { view: "posts", ...scopeAddress(scope), ...NO_FILTER, kind: "items" } as const;
  return (
    <>
      <Link to={{ ...to, start, end }}>{plural(statistics.total, "item")}</Link>,{" "}
      <Mean measured={compared} /> on average
    </>
  );
}

/** Return the time of the selected steps, and their items. */
export function rangeText({ selection: { range }, steps }: Selected): string {
  const span = stepsSpan(steps, range);
  return span
    ? `${formatSpan(span.start, span.end)}: ${plural(itemsIn(steps, range), "item")}`
    : "";
}

/** Return the time that a span is compared with, and why that one. */
export function spanBaselineText({ start, end, because }: Baseline): string {
  const span = formatSpan(start, end);
  return because === "week_before" ? `${span}, the same hours a week earlier` : span;
}
