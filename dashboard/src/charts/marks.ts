/** Lines and points of means. Lines join adjacent steps and break at empty ones. */

import uPlot from "uplot";
import type { ChartStep } from "../figures";
import { cssColour } from "./plot";

type Colour = (chart: uPlot, value: number) => string;
const DASH = [2, 4];
const RADIUS = 3;
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

/** Draw isolated steps as points, and the open step as a ring at the end of a dashed line. */
export function drawMarks(
  chart: uPlot,
  steps: ChartStep[],
  getColour: Colour,
  width: number,
): void {
  const { ctx } = chart;
  const values = steps.map((step) => step.avg_sentiment);
  const isDrawn = (at: number) => values[at] != null && steps[at]?.isOpen === false;
  ctx.save();
  steps.forEach((step, at) => {
    const mean = step.avg_sentiment;
    if (mean === null) return;
    ctx.strokeStyle = getColour(chart, mean);
    ctx.fillStyle = ctx.strokeStyle;
    ctx.lineWidth = width * devicePixelRatio;
    if (step.isOpen) drawOpenStep(chart, values, at);
    else if (!isDrawn(at - 1) && !isDrawn(at + 1)) drawPoint(chart, at, mean, true);
  });
  ctx.restore();
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
  drawPoint(chart, at, mean, false);
}

function drawPoint(chart: uPlot, at: number, mean: number, isFull: boolean): void {
  const { ctx } = chart;
  ctx.beginPath();
  ctx.arc(...canvasPoint(chart, at, mean), RADIUS * devicePixelRatio, 0, 2 * Math.PI);
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
