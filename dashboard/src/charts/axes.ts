/** The axes that the charts share. */

import uPlot from "uplot";
import { compact, LOCALE, score, timeOfDay } from "../format";
import { cssColour } from "./plot";

const DAY_SECONDS = 86_400;
const LABEL_PIXELS = 64;
/** What the axes take, in pixels. */
export const TIME_AXIS = 28;
export const SENTIMENT_AXIS = 46;
export const VOLUME_AXIS = 40;
const dateFormats = (timeZone?: string) => ({
  date: new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", timeZone }),
  weekday: new Intl.DateTimeFormat(LOCALE, { weekday: "short", day: "numeric", timeZone }),
});
const LOCAL = dateFormats();
const UTC = dateFormats("UTC");

export const FONT = '11px "Inter Variable", system-ui, sans-serif';

/** Return the time zone of the axis: the reader's for hours; UTC for days, as the API counts them. */
export function timeZoneOptions(seconds: number): Pick<uPlot.Options, "tzDate"> {
  if (seconds < DAY_SECONDS) return {};
  return { tzDate: (time) => uPlot.tzDate(new Date(time * 1000), "Etc/UTC") };
}

/** Label hours within days, and days within months. */
export function timeAxis(seconds: number): uPlot.Axis {
  const { date, weekday } = seconds < DAY_SECONDS ? LOCAL : UTC;
  const isMidnight = (time: Date) => time.getHours() === 0 && time.getMinutes() === 0;
  return {
    stroke: cssColour("muted"),
    font: FONT,
    grid: { show: false },
    ticks: { stroke: cssColour("line"), size: 4 },
    size: TIME_AXIS,
    space: LABEL_PIXELS,
    ...(seconds < DAY_SECONDS ? {} : { splits: dayTicks }),
    values: (_, splits) => {
      const interval = (splits[1] ?? 0) - (splits[0] ?? 0);
      return splits.map((at) => {
        const time = new Date(at * 1000);
        if (seconds < DAY_SECONDS)
          return isMidnight(time) ? weekday.format(time) : timeOfDay(time.getTime());
        return interval >= 5 * DAY_SECONDS ? date.format(time) : weekday.format(time);
      });
    },
  };
}

/** Return the middles of days, where their bars are. Only as many as fit; the last day always does. */
function dayTicks(chart: uPlot): number[] {
  const days = chart.data[0];
  const room = Math.max(1, Math.floor(chart.bbox.width / devicePixelRatio / LABEL_PIXELS));
  const apart = [1, 2, 5, 7, 14, 30].find((each) => days.length / each <= room) ?? days.length;
  return [...days].filter((_, at) => (days.length - 1 - at) % apart === 0);
}

export function sentimentAxis(limit: number): uPlot.Axis {
  return {
    scale: "sentiment",
    stroke: cssColour("muted"),
    font: FONT,
    size: SENTIMENT_AXIS,
    grid: { stroke: cssColour("line"), width: 1 },
    ticks: { show: false },
    splits: () => [-limit, -limit / 2, 0, limit / 2, limit],
    values: (_, splits) => splits.map((value) => (value === 0 ? "0" : score(value))),
  };
}

export function volumeAxis(max: number): uPlot.Axis {
  return {
    scale: "volume",
    side: 1,
    stroke: cssColour("muted"),
    font: FONT,
    size: VOLUME_AXIS,
    grid: { show: false },
    ticks: { show: false },
    splits: () => [0, max],
    values: (_, splits) => splits.map((value) => compact(value)),
  };
}

/** Return a gradient with one colour above zero and another one below. */
export function signGradient(chart: uPlot, above: string, below: string): CanvasGradient | string {
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
