/** Markers over a chart: a thin line for each, and a sign at the top that tells what it is. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Marker } from "../api";
import { Link } from "../components/link";
import { plural } from "../format";
import { isWebAddress } from "../posts/links";
import { groupMarkers, KINDS, markerText, markerTime, type PlacedMarker } from "./placing";

/** What the axes take around the figures of a chart, in pixels. */
export interface Insets {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

const UNKNOWN_WIDTH = 800;

interface Props {
  placed: PlacedMarker[];
  insets: Insets;
}

export function MarkerLayer({ placed, insets }: Props) {
  const layer = useRef<HTMLDivElement>(null);
  const width = useWidth(layer);
  const [open, setOpen] = useState<string>();
  useEffect(() => {
    if (!open) return;
    const close = ({ target }: Event) => {
      if (!(target instanceof Element && target.closest(".marker-group.open"))) setOpen(undefined);
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, [open]);
  const { top, right, bottom, left } = insets;
  return (
    <div class="markers" ref={layer} style={{ inset: `${top}px ${right}px ${bottom}px ${left}px` }}>
      <MarkerLines placed={placed} />
      {placed.length > 0 && (
        <ul aria-label="Markers">
          {groupMarkers(placed, width).map((group) => {
            const key = group.map(({ marker }) => marker.id).join();
            return (
              <Group
                key={key}
                group={group}
                isOpen={open === key}
                onToggle={() => setOpen(open === key ? undefined : key)}
                onClose={() => setOpen(undefined)}
              />
            );
          })}
        </ul>
      )}
    </div>
  );
}

/** The lines alone, as small charts have them. */
export function MarkerLines({ placed }: { placed: PlacedMarker[] }) {
  return (
    <>
      {placed.map(({ marker, at }) => (
        <span
          key={marker.id}
          class={`marker-line ${marker.kind}`}
          style={{ left: `${100 * at}%` }}
          title={markerText(marker)}
        />
      ))}
    </>
  );
}

interface GroupProps {
  group: PlacedMarker[];
  isOpen: boolean;
  onToggle: () => void;
  onClose: () => void;
}

/** One sign: of a marker, or the number of those that stand here. */
function Group({ group, isOpen, onToggle, onClose }: GroupProps) {
  const [first, last] = [group[0], group.at(-1)];
  if (!first || !last) return null;
  const middle = (first.at + last.at) / 2;
  const isOne = group.length === 1;
  const told = group.map(({ marker }) => markerText(marker)).join("; ");
  return (
    <li
      class={`marker-group ${isOpen ? "open" : ""} ${middle > 0.5 ? "from-right" : ""}`}
      style={{ left: `${100 * middle}%` }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        onClose();
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      }}
    >
      <button
        type="button"
        class={`marker-sign ${isOne ? first.marker.kind : "several"}`}
        aria-expanded={isOpen}
        aria-label={isOne ? told : `${plural(group.length, "marker")}: ${told}`}
        onClick={onToggle}
      >
        {isOne ? KINDS[first.marker.kind].sign : group.length}
      </button>
      <ul class="marker-note">
        {group.map(({ marker }) => (
          <li key={marker.id}>
            <Note marker={marker} />
          </li>
        ))}
      </ul>
    </li>
  );
}

function Note({ marker }: { marker: Marker }) {
  const { id, name, kind, link, subject } = marker;
  return (
    <>
      <b>{name}</b>
      <span class="muted">
        {kind !== "other" && `${KINDS[kind].name} · `}
        {markerTime(marker)}
      </span>
      <span class="marker-links">
        {link && isWebAddress(link) && (
          <a href={link} rel="noopener noreferrer nofollow" target="_blank">
            Read more
          </a>
        )}
        <Link
          to={{
            view: subject ? "subjects" : "communities",
            subject,
            subreddit: null,
            marker: id,
          }}
        >
          Before and after
        </Link>
      </span>
    </>
  );
}

/** Markers in the row of a table. */
export function MarkersInRow({ markers }: { markers: Marker[] | undefined }) {
  return (
    <>
      {markers?.map((marker) => (
        <span key={marker.id} class="marker-in-row">
          {marker.link && isWebAddress(marker.link) ? (
            <a href={marker.link} rel="noopener noreferrer nofollow" target="_blank">
              {markerText(marker)}
            </a>
          ) : (
            markerText(marker)
          )}
        </span>
      ))}
    </>
  );
}

/** Return the width of an element, in pixels, as it is now. */
function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(UNKNOWN_WIDTH);
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry?.contentRect.width) setWidth(entry.contentRect.width);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return width;
}
