/** The filters above the list, and its download. */

import { type Address, LABELS, NO_FILTER } from "../address";
import { Link } from "../components/link";
import { LabelIcon } from "../components/sentiment";
import { formatSpan } from "../format";
import { address, go } from "../navigation";
import { Download } from "./download";
import { isFiltered, listPath } from "./filter";
import { Search } from "./search";

const KINDS = [null, "items", "comments"] as const;
const KIND_NAMES = { posts: "Posts", items: "Both", comments: "Comments" };

export function Filters() {
  const { kind, q, start, end, topic } = address.value;
  return (
    <div class="filters">
      <SentimentPicker />
      <KindPicker />
      <Search
        label='Words and "phrases"'
        value={q ?? ""}
        onSearch={(typed) => go({ q: typed || null }, { replace: q !== null })}
      />
      {topic && <Chip text={`Topic: ${topic}`} without={{ topic: null, at: null }} />}
      {(start || end) && !topic && (
        <Chip text={formatSpan(start, end)} without={{ start: null, end: null }} />
      )}
      {(kind || isFiltered(address.value)) && (
        <Link class="quiet" to={NO_FILTER}>
          Clear all
        </Link>
      )}
      <Download address={listPath(address.value, { format: "csv" })} />
    </div>
  );
}

function SentimentPicker() {
  const { sentiment } = address.value;
  return (
    <fieldset class="switch">
      <legend class="hidden">Sentiment</legend>
      <button type="button" aria-pressed={!sentiment} onClick={() => go({ sentiment: null })}>
        All
      </button>
      {LABELS.map((label) => (
        <button
          key={label}
          type="button"
          aria-pressed={sentiment === label}
          onClick={() => go({ sentiment: label })}
        >
          <LabelIcon label={label} /> {label}
        </button>
      ))}
    </fieldset>
  );
}

function KindPicker() {
  const { kind } = address.value;
  return (
    <fieldset class="switch">
      <legend class="hidden">What is listed</legend>
      {KINDS.map((each) => (
        <button
          key={each ?? "posts"}
          type="button"
          aria-pressed={kind === each}
          onClick={() => go({ kind: each })}
        >
          {KIND_NAMES[each ?? "posts"]}
        </button>
      ))}
    </fieldset>
  );
}

function Chip({ text, without }: { text: string; without: Partial<Address> }) {
  return (
    <span class="chip on">
      {text}
      <button type="button" aria-label={`Without ${text}`} onClick={() => go(without)}>
        ×
      </button>
    </span>
  );
}
