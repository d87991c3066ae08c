/** The states of data: loading, empty, failed, and there. */

import type { ComponentChildren } from "preact";
import type { ApiError } from "../api";
import { retryNow } from "../cycles";
import type { QueryState } from "../queries";
import { retryText } from "../request";

/** A placeholder with about the size of what loads. */
export function Skeleton({ height, rows = 1 }: { height: number; rows?: number }) {
  return (
    <div class="skeletons" role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div class="skeleton" key={row} style={{ height: `${height}px` }} />
      ))}
    </div>
  );
}

export function EmptyNote({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="note">
      <p class="note-title">{title}</p>
      {children && <p class="muted">{children}</p>}
    </div>
  );
}

export function ErrorNote({ error, children }: { error: ApiError; children?: ComponentChildren }) {
  return (
    <div class="note failed" role="alert">
      <p class="note-title">{error.message}</p>
      <p class="muted">
        {retryText(error)} {children}
      </p>
      {error.isTransient && (
        <button type="button" class="button" onClick={retryNow}>
          Try again now
        </button>
      )}
    </div>
  );
}

interface Props<T> {
  state: QueryState<T>;
  skeleton: ComponentChildren;
  children: (data: T) => ComponentChildren;
  hint?: ComponentChildren;
}

/** Show the data; while the server doesn't answer, the last good data. */
export function DataState<T>({ state, skeleton, children, hint }: Props<T>) {
  if (state.data !== undefined) return <>{children(state.data)}</>;
  if (state.error) return <ErrorNote error={state.error}>{hint}</ErrorNote>;
  return <>{skeleton}</>;
}
