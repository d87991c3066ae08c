/** Lines, points and bands of means. Lines join adjacent steps and break at empty ones. */

import uPlot from "uplot";
import type { ChartStep } from "../figures";
import { cssColour } from "./plot";
import { type BandPoint, bandsOf, MIN_RADIUS, pointOf, RADIUS } from "./points";

type Colour = (chart: uPlot, value: number) => string;
const DASH = [2, 4];
const BAND_OPACITY = 0.14;
const HATCH_PIXELS = 6;

/** Return the path of complete steps; `drawMarks` draws the open one. */
export function completeStepsPath(getSteps: () => ChartStep[]): uPlot.Series.PathBuilder {
  const straight = uPlot.paths.linear?.();
  return (chart, series, first, last) => {
    const whole = getSteps().findLastIndex((step) => !step.isOpen);
    return straight && whole >= first
      ? straight(chart, series, first, Math.min(last, whole))
      : null;
  };
}

/** Draw a point for each step, and the open step as a ring at the end of a dashed line. */
export function drawMarks(
  chart: uPlot,
  steps: ChartStep[],
  getColour: Colour,
  width: number,
): void {
  const { ctx } = chart;
  const values = steps.map((step) => step.avg_sentiment);
  // Points of many steps don't touch.
  const room = chart.bbox.width / devicePixelRatio / Math.max(1, steps.length) / 3;
  ctx.save();
  steps.forEach((step, at) => {
    const mean = step.avg_sentiment;
    if (mean === null) return;
    ctx.strokeStyle = getColour(chart, mean);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.lineWidth = width * devicePixelRatio;
    if (step.isOpen) drawOpenStep(chart, values, at);
    else {
      const { radius, opacity } = pointOf(
        step,
        values[at - 1] != null || values[at + 1] != null,
        room,
      );
      ctx.globalAlpha = opacity;
      drawPoint(chart, at, mean, radius, true);
      ctx.globalAlpha = 1;
    }
  });
  ctx.restore();
}

/**
 * Shade the intervals of the steps: a band along the line, and a bar at an isolated step.
 *
 * What is beyond the limit of the axis isn't shown.
 */
export function drawBands(chart: uPlot, steps: ChartStep[], colour: string, limit: number): void {
  const { ctx, bbox } = chart;
  const [top, bottom] = [limit, -limit].map((mean) => chart.valToPos(mean, "sentiment", true));
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, top ?? 0, bbox.width, (bottom ?? 0) - (top ?? 0));
  ctx.clip();
  ctx.globalAlpha = BAND_OPACITY;
  ctx.fillStyle = colour;
  for (const run of bandsOf(steps)) {
    ctx.beginPath();
    for (const [x, y] of outlineOf(chart, run)) ctx.lineTo(x, y);
    ctx.fill();
  }
  ctx.restore();
}

/** Return the outline of a band on the canvas; that of a single step is a thin bar. */
function outlineOf(chart: uPlot, run: BandPoint[]): [number, number][] {
  const above = run.map(({ at, high }) => canvasPoint(chart, at, high));
  const below = run.map(({ at, low }) => canvasPoint(chart, at, low)).reverse();
  if (run.length > 1) return [...above, ...below];
  const half = MIN_RADIUS * devicePixelRatio;
  const left = [...above, ...below].map(([x, y]): [number, number] => [x - half, y]);
  const right = [...below, ...above].map(([x, y]): [number, number] => [x + half, y]);
  return [...left, ...right];
}

function drawOpenStep(chart: uPlot, means: (number | null)[], at: number): void {
  const { ctx } = chart;
  const [before, mean] = [means[at - 1], means[at] ?? 0];
  if (before != null) {
    ctx.setLineDash(DASH.map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(...canvasPoint(chart, at - 1, before));
    ctx.lineTo(...canvasPoint(chart, at, mean));
    ctx.stroke();
    ctx.setLineDash([]);
  }
  drawPoint(chart, at, mean, RADIUS - 0.5, false);
}

function drawPoint(chart: uPlot, at: number, mean: number, radius: number, isFull: boolean): void {
  const { ctx } = chart;
  ctx.beginPath();
  ctx.arc(...canvasPoint(chart, at, mean), radius * devicePixelRatio, 0, 2 * Math.PI);
  if (!isFull) ctx.fillStyle = cssColour("card");
  ctx.fill();
  if (!isFull) ctx.stroke();
}

function canvasPoint(chart: uPlot, at: number, mean: number): [number, number] {
  const time = chart.data[0][at] ?? 0;
  return [chart.valToPos(time, "x", true), chart.valToPos(mean, "sentiment", true)];
}

/** Hatch the steps in which nothing was collected, or a large part is missing. */
export function drawUncollected(chart: uPlot, steps: ChartStep[], seconds: number): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = cssColour("line");
  ctx.lineWidth = devicePixelRatio;
  steps.forEach((step, at) => {
    if (!step.isUncollected && !step.isPartial) return;
    const middle = chart.data[0][at] ?? 0;
    const left = chart.valToPos(middle - seconds / 2, "x", true);
    const right = chart.valToPos(middle + seconds / 2, "x", true);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    const apart = HATCH_PIXELS * devicePixelRatio;
    const from = Math.floor((left - bbox.height) / apart) * apart;
    for (let x = from; x < right; x += apart) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  });
  ctx.restore();
}
