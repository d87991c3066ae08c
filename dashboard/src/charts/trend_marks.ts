/** The paths of a small chart of means: its line, dots and bands, by the rules of the large charts. */

import type { ChartStep } from "../figures";
import { type BandPoint, bandsOf } from "./points";

/** What is drawn of a step. */
export type TrendStep = Pick<ChartStep, "avg_sentiment" | "interval" | "few" | "isOpen">;

interface Scale {
  /** The largest mean that fits, above and below zero. */
  limit: number;
  height: number;
}

export interface TrendMarks {
  /** The line between steps that both have enough items. */
  line: string;
  /** The line to and from steps of few items. */
  faded: string;
  /** The steps that no such line shows: those of enough items, and those of few. */
  dots: string;
  fadedDots: string;
  /** The line to the running step, and its place. */
  running: string;
  runningDot: string;
  /** The intervals of adjacent steps, and that of an isolated one, which is a bar. */
  bands: string;
  bars: string;
}

/** Return the paths of the means in a box of 100 by the height, with zero in the middle. */
export function trendMarks(steps: TrendStep[], { limit, height }: Scale): TrendMarks {
  const width = 100 / Math.max(1, steps.length);
  const place = (at: number, mean: number) => {
    const inside = Math.max(-1, Math.min(1, mean / limit));
    return `${round((at + 0.5) * width)} ${round((height / 2) * (1 - inside))}`;
  };
  const runs = bandsOf(steps);
  return {
    ...linesOf(steps, place),
    bands: runs.map((run) => outline(run, place)).join(""),
    bars: runs.map((run) => bar(run, place)).join(""),
  };
}

type Place = (at: number, mean: number) => string;
type Lines = Omit<TrendMarks, "bands" | "bars">;

function linesOf(steps: TrendStep[], place: Place): Lines {
  const found = { line: "", faded: "", dots: "", fadedDots: "", running: "", runningDot: "" };
  steps.forEach((step, at) => {
    const [before, after] = [steps[at - 1], steps[at + 1]];
    if (step.avg_sentiment === null) return;
    const here = place(at, step.avg_sentiment);
    if (before && before.avg_sentiment !== null) {
      const path = `M${place(at - 1, before.avg_sentiment)}L${here}`;
      if (step.isOpen) found.running += path;
      else if (step.few || before.few) found.faded += path;
      else found.line += path;
    }
    // A line of no length with round ends is a dot, whatever the box is stretched to.
    const dot = `M${here}h0.01`;
    if (step.isOpen) found.runningDot += dot;
    else if (step.few) found.fadedDots += isOnLine(before) || isOnLine(after) ? "" : dot;
    else found.dots += isOnFirmLine(before) || isOnFirmLine(after) ? "" : dot;
  });
  return found;
}

const isOnLine = (beside: TrendStep | undefined) => beside != null && beside.avg_sentiment !== null;

const isOnFirmLine = (beside: TrendStep | undefined) =>
  beside != null && beside.avg_sentiment !== null && !beside.few && !beside.isOpen;

function outline(run: BandPoint[], place: Place): string {
  if (run.length < 2) return "";
  const above = run.map(({ at, high }) => place(at, high));
  const below = run.map(({ at, low }) => place(at, low)).reverse();
  return `M${[...above, ...below].join("L")}Z`;
}

function bar(run: BandPoint[], place: Place): string {
  const [only] = run;
  return only && run.length === 1
    ? `M${place(only.at, only.low)}L${place(only.at, only.high)}`
    : "";
}

const round = (value: number) => Math.round(value * 100) / 100;
