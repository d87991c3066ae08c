/** The explanation as a report in Markdown: to copy, or as a file. */

import { useState } from "preact/hooks";
import { ApiError, fetchText } from "../api";
import { useAction, withRetries } from "../request";

/** Explanations queue on the server. */
const RETRIES = { tries: 5, delayMs: 2_000 };

interface Props {
  /** The address of the report. */
  path: string;
  /** The name of the file. */
  name: string;
}

export function Report({ path, name }: Props) {
  const [isCopied, setCopied] = useState(false);
  const { run, isBusy, error } = useAction(async () => {
    setCopied(false);
    const { data } = await withRetries(() => fetchText(path), RETRIES);
    await copy(data);
    setCopied(true);
  });
  const message = error ? `It couldn't be copied: ${error.message}` : isCopied ? "Copied." : "";
  return (
    <span class="explained-report">
      <span class="muted" role="status">
        {message}
      </span>
      <button type="button" class="quiet" disabled={isBusy} onClick={run}>
        Copy as Markdown
      </button>
      <a class="quiet" href={path} download={name}>
        Download
      </a>
    </span>
  );
}

/** Put a text on the clipboard, which pages have only over https or from this machine. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    throw new ApiError(0, "the browser doesn't allow it. Download it instead.");
  }
}
