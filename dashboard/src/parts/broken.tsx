/** Errors of the page itself: they are said in words, with a way on, wherever they happen. */

import { signal } from "@preact/signals";
import { Component, type ComponentChildren } from "preact";

/** What has gone wrong where nothing is drawn: in a handler, or while something was awaited. */
const broken = signal<string | null>(null);

/** Note what is thrown and caught by none; other people's scripts, as of extensions, don't count. */
export function watchErrors(): void {
  window.addEventListener("error", ({ error, filename }) => {
    if (error && filename.startsWith(location.origin)) broken.value = wordsOf(error);
  });
  window.addEventListener("unhandledrejection", ({ reason }) => {
    broken.value = wordsOf(reason);
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export function BrokenBanner() {
  if (broken.value === null) return null;
  return (
    <div class="banner bad" role="alert">
      <p>
        <b>Something in this page went wrong.</b> What you see may be incomplete. ({broken.value})
      </p>
      <Reload />
    </div>
  );
}

function Reload() {
  return (
    <button type="button" class="button" onClick={() => location.reload()}>
      Load the page again
    </button>
  );
}

interface Props {
  /** What is shown: something else gets a try of its own. */
  of: string;
  children: ComponentChildren;
}

interface State {
  of: string;
  stopped: string | null;
}

/** Show words in place of what can't be drawn. */
export class Unbroken extends Component<Props, State> {
  override state: State = { of: this.props.of, stopped: null };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { stopped: wordsOf(error) };
  }

  static getDerivedStateFromProps({ of }: Props, state: State): State | null {
    return of === state.of ? null : { of, stopped: null };
  }

  override render({ children }: Props, { stopped }: State) {
    if (stopped === null) return children;
    return (
      <div class="note failed" role="alert">
        <p class="note-title">This can't be shown: the page has a fault.</p>
        <p class="muted">{stopped}</p>
        <Reload />
      </div>
    );
  }
}
