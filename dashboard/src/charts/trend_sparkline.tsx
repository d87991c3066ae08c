/** A small chart of mentions: the mean as a line, and how many there were as bars below it. */

import { useId } from "preact/hooks";
import type { Marker, SubjectPoint } from "../api";
import { MIN_OBSERVED } from "../figures";
import { markersSummary, placeMarkers } from "../markers/placing";
import { trendMarks } from "./trend_marks";

const HEIGHT = 40;
/** The bars take the lower part, as in the large charts. */
const LINE_HEIGHT = 27;

interface Scales {
  /** The time at which the window ends: a step beyond it isn't complete. */
  end: string;
  seconds: number;
  limit: number;
  most: number;
}

interface Props {
  points: SubjectPoint[];
  /** What charts side by side share. */
  scales: Scales;
  name: string;
  markers?: Marker[];
}

export function TrendSparkline({ points, scales, name, markers = [] }: Props) {
  const { end, seconds, limit, most } = scales;
  const placed = placeMarkers(markers, rangeOf(points, seconds));
  const gradient = useId();
  const hatch = useId();
  const width = 100 / Math.max(1, points.length);
  const isOpen = (start: string) => Date.parse(start) + 1000 * seconds > Date.parse(end);
  const { line, dots } = trendMarks(
    points.map(({ start, avg_sentiment }) => (isOpen(start) ? null : avg_sentiment)),
    { limit, height: LINE_HEIGHT },
  );
  return (
    <svg
      class="trend"
      viewBox={`0 0 100 ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={placed.length ? `${name}.${markersSummary(placed)}` : name}
    >
      <linearGradient
        id={gradient}
        gradientUnits="userSpaceOnUse"
        x1="0"
        y1="0"
        x2="0"
        y2={LINE_HEIGHT}
      >
        <stop offset="50%" class="above" />
        <stop offset="50%" class="below" />
      </linearGradient>
      <pattern id={hatch} width="2.5" height="5" patternUnits="userSpaceOnUse">
        <path class="hatch" d="M0 5L2.5 0" />
      </pattern>
      {points.map(({ start, total, coverage }, number) => {
        const height = total ? Math.max(0.8, ((HEIGHT - LINE_HEIGHT - 1) * total) / most) : 0;
        const x = number * width;
        return (
          <g key={start} class={isOpen(start) ? "open" : ""}>
            {coverage !== null && coverage < MIN_OBSERVED && (
              <rect x={x} width={width} y={0} height={HEIGHT} fill={`url(#${hatch})`} />
            )}
            <rect
              class="bar"
              x={x + width * 0.14}
              width={width * 0.72}
              y={HEIGHT - height}
              height={height}
            />
          </g>
        );
      })}
      {placed.map(({ marker, at }) => (
        <path key={marker.id} class="marker" d={`M${100 * at} 0V${HEIGHT}`} />
      ))}
      <path class="zero" d={`M0 ${LINE_HEIGHT / 2}H100`} />
      <path class="mean" d={line} stroke={`url(#${gradient})`} />
      <path class="mean dot" d={dots} stroke={`url(#${gradient})`} />
    </svg>
  );
}

function rangeOf(points: SubjectPoint[], seconds: number) {
  const start = Date.parse(points[0]?.start ?? "") || 0;
  return { start, end: start + 1000 * seconds * points.length };
}
