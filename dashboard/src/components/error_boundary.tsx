/** Errors of the page itself. Each is shown as text, with a button to load the page again. */

import { signal } from "@preact/signals";
import { Component, type ComponentChildren } from "preact";

/** The last error outside of rendering: in an event handler or a promise. */
const pageError = signal<string | null>(null);

/** Record uncaught errors. Scripts of browser extensions don't count. */
export function watchErrors(): void {
  window.addEventListener("error", ({ error, filename }) => {
    if (error && filename.startsWith(location.origin)) pageError.value = errorText(error);
  });
  window.addEventListener("unhandledrejection", ({ reason }) => {
    pageError.value = errorText(reason);
  });
}

function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export function PageErrorBanner() {
  if (pageError.value === null) return null;
  return (
    <div class="banner bad" role="alert">
      <p>
        <b>Something in this page went wrong.</b> What you see may be incomplete. ({pageError.value}
        )
      </p>
      <ReloadButton />
    </div>
  );
}

function ReloadButton() {
  return (
    <button type="button" class="button" onClick={() => location.reload()}>
      Load the page again
    </button>
  );
}

interface Props {
  /** The error is cleared when this changes. */
  resetKey: string;
  children: ComponentChildren;
}

interface State {
  resetKey: string;
  message: string | null;
}

/** Show the error in place of children that can't be rendered. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { resetKey: this.props.resetKey, message: null };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { message: errorText(error) };
  }

  static getDerivedStateFromProps({ resetKey }: Props, state: State): State | null {
    return resetKey === state.resetKey ? null : { resetKey: resetKey, message: null };
  }

  override render({ children }: Props, { message }: State) {
    if (message === null) return children;
    return (
      <div class="note failed" role="alert">
        <p class="note-title">This can't be shown: the page has a fault.</p>
        <p class="muted">{message}</p>
        <ReloadButton />
      </div>
    );
  }
}
