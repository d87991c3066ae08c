/** Download of the whole list as one CSV file. */

import { useState } from "preact/hooks";
import { fetchText, type TextResponse } from "../api";
import { useAction, withRetries } from "../request";

const LINE_END = "\r\n";
/** Files queue on the server. */
const RETRIES = { tries: 10, delayMs: 2_000 };
const REVOKE_MS = 2_000;
/** The end of a file's name: the first and the last time in it. */
const FILE_SPAN = /([^-]+)-([^-]+)$/;

export function Download({ address }: { address: string }) {
  const [progress, setProgress] = useState("");
  const { run, isBusy, error } = useAction(async () => {
    try {
      const { parts, name } = await fetchAllPages(address, (pages) =>
        setProgress(`${pages} pages so far`),
      );
      save(new Blob(parts, { type: "text/csv" }), name);
    } finally {
      setProgress("");
    }
  });
  const message = error ? `It couldn't be downloaded: ${error.message}` : progress;
  return (
    <span class="export">
      <a
        class="quiet"
        href={address}
        download
        aria-disabled={isBusy}
        onClick={(event) => {
          event.preventDefault();
          run();
        }}
      >
        {isBusy ? "Downloading…" : "Download as CSV"}
      </a>{" "}
      <span class="muted" role="status">
        {message}
      </span>
    </span>
  );
}

/** Fetch all pages; only the header of the first one is kept. Throws ApiError. */
async function fetchAllPages(address: string, onPage: (pages: number) => void) {
  const parts: string[] = [];
  let name = "";
  for (let next: string | null = address; next; ) {
    const from: string = next;
    const page: TextResponse = await withRetries(() => fetchText(from), RETRIES);
    const isFirst = parts.length === 0;
    parts.push(isFirst ? page.data : page.data.slice(page.data.indexOf(LINE_END) + 2));
    name = isFirst ? page.name : name.replace(FILE_SPAN, `${FILE_SPAN.exec(page.name)?.[1]}-$2`);
    next = page.next;
    if (next) onPage(parts.length);
  }
  return { parts, name };
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKE_MS);
}
