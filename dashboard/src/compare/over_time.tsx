/** The means of the compared communities over time, as a chart and a table. */

import { useMemo, useRef } from "preact/hooks";
import type uPlot from "uplot";
import type { ComparedScope, Comparison } from "../api";
import { AccessibleChart, useActiveStep, useSelection } from "../charts/accessible_chart";
import { ChartCaption } from "../charts/caption";
import { DASHES, LINE_CHART_INSETS, LineChart } from "../charts/line_chart";
import type { ScopeName } from "../components/scope_name";
import { ScopesTable, type Trend } from "../components/scopes_table";
import { Mean, MeanChange } from "../components/sentiment";
import { rangeText, SpanFigures, spanBaselineText, useSelected } from "../components/span_readout";
import { meanText, stepTime } from "../components/step_text";
import { type Collected, chartSteps, firstSince, sentimentLimit, stepSeconds } from "../figures";
import { formatSpan, plural, score, windowName } from "../format";
import { MarkerLayer } from "../markers/layer";
import { markersOf, markersSummary, placeMarkers, stepsRange } from "../markers/placing";
import { address } from "../navigation";
import { useMarkers } from "../queries";

interface Props {
  all: ComparedScope[];
  nameOf: ScopeName;
  collected: Collected;
}

export function MeansOverTime({ all, nameOf, collected }: Props) {
  const { hours, from } = address.value;
  const seconds = stepSeconds(collected.granularity ?? "hour");
  const trends = useMemo<Trend[]>(
    () =>
      all.map(({ subreddit, trend_data, coverage }) => ({
        scope: subreddit,
        name: nameOf(subreddit),
        steps: chartSteps(trend_data ?? [], collected, coverage, firstSince(all)),
      })),
    [all, all.map((each) => nameOf(each.subreddit)).join(), hours, collected],
  );
  const plot = useRef<uPlot | null>(null);
  const shown = `${all.map(({ subreddit }) => subreddit)} ${hours} ${from}`;
  const [activeStep, setActiveStep] = useActiveStep(shown);
  const [selection, select] = useSelection(shown);
  const step = activeStep === null ? undefined : trends[0]?.steps[activeStep];
  const selected = selection && { selection, steps: trends[0]?.steps ?? [], collected };
  const inSpan = useSelected(
    all.map((each) => each.scope),
    selected,
  );
  const markers = markersOf(
    useMarkers(),
    all.map((each) => each.scope),
  );
  const placed = placeMarkers(markers, stepsRange(trends[0]?.steps ?? [], seconds));
  const means = all.map(
    ({ subreddit, statistics }) => `${nameOf(subreddit)} ${score(statistics.avg_sentiment)}`,
  );
  return (
    <section class="card" aria-labelledby="lines">
      <div class="card-head">
        <h2 id="lines">Average sentiment</h2>
        <p class="readout" aria-live="polite">
          {selected ? (
            <SpanName answer={inSpan.data} running={rangeText(selected)} />
          ) : step ? (
            <>
              {stepTime(step)}
              <span class="hidden">
                : {trends.map((trend) => meanAt(trend, activeStep)).join(", ")}
              </span>
            </>
          ) : (
            <span class="muted">over {windowName(hours)}; drag over a span to read it</span>
          )}
        </p>
      </div>
      <AccessibleChart
        name={`Average sentiment over ${windowName(hours)}: ${means.join(", ")}. Arrow keys read it step by step, with Shift they select a span.${markersSummary(placed)}`}
        plot={plot}
        selected={selection?.range ?? null}
        onSelect={select}
        legend={
          <>
            <Legend
              trends={trends}
              activeStep={activeStep}
              selected={selected ? inSpan.data : undefined}
            />
            <ChartCaption granularity={collected.granularity} />
          </>
        }
        overlay={<MarkerLayer placed={placed} insets={LINE_CHART_INSETS} />}
        table={<ScopesTable name="Average sentiment over time" trends={trends} placed={placed} />}
      >
        <LineChart
          trends={trends}
          seconds={seconds}
          limit={sentimentLimit(trends.map((trend) => trend.steps))}
          height={320}
          onActiveStep={setActiveStep}
          selected={selection?.range ?? null}
          onSelect={select}
          plot={plot}
        />
      </AccessibleChart>
    </section>
  );
}

/** The selected time, and the one that it is compared with. */
function SpanName({ answer, running }: { answer: Comparison | undefined; running: string }) {
  if (!answer) return <>{running}</>;
  const { window, before } = answer;
  return (
    <>
      {formatSpan(window.start, window.end)}
      {before && <span class="muted"> against {spanBaselineText(before)}</span>}
    </>
  );
}

interface LegendProps {
  trends: Trend[];
  activeStep: number | null;
  /** The figures of what is selected. */
  selected: Comparison | undefined;
}

function Legend({ trends, activeStep, selected }: LegendProps) {
  return (
    <ul class="legend">
      {trends.map(({ scope, name, steps }, number) => {
        const inSpan = selected?.subreddits[number];
        const step = activeStep === null || selected ? undefined : steps[activeStep];
        return (
          <li key={scope}>
            <svg viewBox="0 0 28 8" aria-hidden="true">
              <path
                d="M0 4h28"
                class={`line-${number + 1}`}
                stroke-dasharray={(DASHES[number] ?? []).join(" ")}
              />
            </svg>
            {name}
            {inSpan && selected && (
              <span>
                <SpanFigures compared={inSpan} window={selected.window} />,{" "}
                <MeanChange compared={inSpan} />
              </span>
            )}
            {step && <Mean measured={{ statistics: step }} />}
            {step && <span class="muted">{plural(step.total, "item")}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function meanAt({ name, steps }: Trend, at: number | null): string {
  const step = steps[at ?? 0];
  return `${name} ${step ? meanText(step) : score(null)}`;
}
