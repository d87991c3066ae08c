/** Axes as the charts share them. */

import type uPlot from "uplot";
import { score, short } from "../format";
import { colour } from "./plot";

const DAY_SECONDS = 86_400;
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric" });

export const FONT = '11px "Inter Variable", system-ui, sans-serif';

/** Times in the reader's zone: hours within days, days within months. */
export function timeAxis(): uPlot.Axis {
  return {
    stroke: colour("muted"),
    font: FONT,
    grid: { show: false },
    ticks: { stroke: colour("line"), size: 4 },
    size: 28,
    space: 64,
    values: (_, splits, __, ___, incr) =>
      splits.map((seconds) => {
        const time = new Date(seconds * 1000);
        if (incr >= DAY_SECONDS)
          return incr >= 5 * DAY_SECONDS ? DATE.format(time) : WEEKDAY.format(time);
        return time.getHours() === 0 && time.getMinutes() === 0
          ? WEEKDAY.format(time)
          : TIME.format(time);
      }),
  };
}

export function sentimentAxis(limit: number): uPlot.Axis {
  return {
    scale: "sentiment",
    stroke: colour("muted"),
    font: FONT,
    size: 46,
    grid: { stroke: colour("line"), width: 1 },
    ticks: { show: false },
    splits: () => [-limit, -limit / 2, 0, limit / 2, limit],
    values: (_, splits) => splits.map((value) => (value === 0 ? "0" : score(value))),
  };
}

export function volumeAxis(most: number): uPlot.Axis {
  return {
    scale: "volume",
    side: 1,
    stroke: colour("muted"),
    font: FONT,
    size: 40,
    grid: { show: false },
    ticks: { show: false },
    splits: () => [0, most],
    values: (_, splits) => splits.map((value) => short(value)),
  };
}

/** Colour what lies above zero one way and what lies below another. */
export function bySide(chart: uPlot, above: string, below: string): CanvasGradient | string {
  const { top, height } = chart.bbox;
  const zero = chart.valToPos(0, "sentiment", true);
  if (!height || !Number.isFinite(zero)) return above;
  const at = Math.min(1, Math.max(0, (zero - top) / height));
  const gradient = chart.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, above);
  gradient.addColorStop(at, above);
  gradient.addColorStop(at, below);
  gradient.addColorStop(1, below);
  return gradient;
}
