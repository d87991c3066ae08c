/** Errors of the page itself: they are said in words, with a way on, wherever they happen. */

import { signal } from "@preact/signals";
import { Component, type ComponentChildren } from "preact";

/** What has gone wrong where nothing is drawn: in a handler, or while something was awaited. */
const pageError = signal<string | null>(null);

/** Note what is thrown and caught by none; other people's scripts, as of extensions, don't count. */
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
  /** What is shown: something else gets a try of its own. */
  resetKey: string;
  children: ComponentChildren;
}

interface State {
  resetKey: string;
  message: string | null;
}

/** Show words in place of what can't be drawn. */
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
