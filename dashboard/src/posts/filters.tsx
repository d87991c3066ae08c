/** The filters above the list, and its download. */

import { type Address, KINDS, LABELS, NO_FILTER, VIAS } from "../address";
import { Link } from "../components/link";
import { LabelIcon } from "../components/sentiment";
import { SortPicker } from "../components/sort_picker";
import { VIA_NAMES } from "../components/via";
import { formatSpan } from "../format";
import { address, go } from "../navigation";
import { Download } from "./download";
import { isFiltered, listPath, listsMentions, shownKind } from "./filter";
import { Search } from "./search";

const MENTION_KINDS = ["items", "posts", "comments"] as const;
const KIND_NAMES = { posts: "Posts", items: "Both", comments: "Comments" };

export function Filters() {
  const { kind, talk, q, start, end, topic, said } = address.value;
  return (
    <div class="filters">
      <SentimentPicker />
      <KindPicker />
      {listsMentions(address.value) && <ViaPicker />}
      <SortPicker hasScore={listsMentions(address.value)} />
      <Search
        label='Words and "phrases"'
        value={q ?? ""}
        onSearch={(typed) => go({ q: typed || null }, { replace: q !== null })}
      />
      {talk && <Chip text={`Kind: ${talk}`} without={{ talk: null }} />}
      {topic && <Chip text={`Topic: ${topic}`} without={{ topic: null, at: null }} />}
      {said && <Chip text={`Said more than before: ${said}`} without={{ said: null }} />}
      {(start || end) && !topic && !said && (
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

/** A list is of posts unless another kind is chosen; of mentions and of what is said, of both. */
function KindPicker() {
  const otherwise = shownKind({ ...address.value, kind: null });
  const chosen = shownKind(address.value);
  return (
    <fieldset class="switch">
      <legend class="hidden">What is listed</legend>
      {(otherwise === "items" ? MENTION_KINDS : KINDS).map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={chosen === each}
          onClick={() => go({ kind: each === otherwise ? null : each })}
        >
          {KIND_NAMES[each]}
        </button>
      ))}
    </fieldset>
  );
}

function ViaPicker() {
  const { via } = address.value;
  return (
    <fieldset class="switch">
      <legend class="hidden">How it is about the subject</legend>
      <button type="button" aria-pressed={!via} onClick={() => go({ via: null })}>
        Any way
      </button>
      {VIAS.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={via === each}
          onClick={() => go({ via: each })}
        >
          {VIA_NAMES[each]}
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
