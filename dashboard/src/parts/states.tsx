/** What stands where there is no data: it loads, there is none, or it can't be had. */

import type { ComponentChildren } from "preact";
import type { Failure } from "../api";
import { tryAgain } from "../cycles";
import type { Loaded } from "../data";

/** The place of what is loading, about as large. */
export function Skeleton({ height, rows = 1 }: { height: number; rows?: number }) {
  return (
    <div class="skeletons" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div class="skeleton" key={row} style={{ height: `${height}px` }} />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="note">
      <p class="note-title">{title}</p>
      {children && <p class="muted">{children}</p>}
    </div>
  );
}

export function Failed({ failure, children }: { failure: Failure; children?: ComponentChildren }) {
  return (
    <div class="note failed" role="alert">
      <p class="note-title">{failure.message}</p>
      <p class="muted">
        {failure.passes ? "It is asked again every few seconds. " : null}
        {children}
      </p>
      {failure.passes && (
        <button type="button" class="button" onClick={tryAgain}>
          Try again now
        </button>
      )}
    </div>
  );
}

interface Props<T> {
  of: Loaded<T>;
  skeleton: ComponentChildren;
  children: (data: T) => ComponentChildren;
  otherwise?: ComponentChildren;
}

/** Show the data: the last good one while the server is silent. */
export function Shown<T>({ of, skeleton, children, otherwise }: Props<T>) {
  if (of.data !== undefined) return <>{children(of.data)}</>;
  if (of.failure) return <Failed failure={of.failure}>{otherwise}</Failed>;
  return <>{skeleton}</>;
}
