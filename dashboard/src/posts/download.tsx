/** The whole list as one CSV, however many pages it has. */

import { useState } from "preact/hooks";
import { ApiError, fetchText } from "../api";

const LINE_END = "\r\n";
const WAIT_MS = 2_000;
const MAX_TRIES = 10;
/** What the name of a file ends with: from when to when. */
const FILE_SPAN = /([^-]+)-([^-]+)$/;

export function Download({ address }: { address: string }) {
  const [told, tell] = useState("");
  const [isBusy, setBusy] = useState(false);
  const download = async () => {
    if (isBusy) return;
    setBusy(true);
    try {
      const { parts, name } = await fetchAllPages(address, (pages) =>
        tell(`${pages} pages so far`),
      );
      save(new Blob(parts, { type: "text/csv" }), name);
      tell("");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      tell(`It couldn't be downloaded: ${error.message}`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <span class="export">
      <a
        class="quiet"
        href={address}
        download
        aria-disabled={isBusy}
        onClick={(event) => {
          event.preventDefault();
          download();
        }}
      >
        {isBusy ? "Downloading…" : "Download as CSV"}
      </a>{" "}
      <span class="muted" role="status">
        {told}
      </span>
    </span>
  );
}

/** Ask for one page after the other; only the first one's header is kept. Throws Failure. */
async function fetchAllPages(address: string, onPage: (pages: number) => void) {
  const parts: string[] = [];
  let name = "";
  let next: string | null = address;
  while (next) {
    const page = await patiently(next);
    const isFirst = parts.length === 0;
    parts.push(isFirst ? page.data : page.data.slice(page.data.indexOf(LINE_END) + 2));
    name = isFirst ? page.name : name.replace(FILE_SPAN, `${FILE_SPAN.exec(page.name)?.[1]}-$2`);
    next = page.next;
    if (next) onPage(parts.length);
  }
  return { parts, name };
}

/** Ask again for what passes: files queue for their turn. Throws Failure. */
async function patiently(address: string) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await fetchText(address);
    } catch (error) {
      if (!(error instanceof ApiError && error.isTransient) || tries === MAX_TRIES) throw error;
      const wait = error.retrySeconds ? error.retrySeconds * 1000 : WAIT_MS;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), WAIT_MS);
}
