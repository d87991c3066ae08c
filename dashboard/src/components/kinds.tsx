/** The kinds of talk of an item, and of a window. */

import { type Address, TALK } from "../address";
import { type KindsOfWindow, type Post, SUBJECT_PREFIX } from "../api";
import { partOf, plural } from "../format";
import { Link } from "./link";
import type { ScopeName } from "./scope_name";
import { Mean } from "./sentiment";

/** Name an item's kinds; "other" says nothing, and is left out. */
export function Kinds({ item: { kinds } }: { item: Pick<Post, "kinds"> }) {
  return kinds?.map((kind) => kind !== "other" && <KindMark key={kind} text={kind} />) ?? null;
}

/** Name the subjects that an item left and took, as far as they are known. */
export function Switch({ item, nameOf }: { item: Pick<Post, "switch">; nameOf: ScopeName }) {
  if (!item.switch) return null;
  const { from, to } = item.switch;
  const name = (subject: string) => nameOf(SUBJECT_PREFIX + subject);
  const parts = [from !== null && `from ${name(from)}`, to !== null && `to ${name(to)}`];
  return <KindMark text={`switched ${parts.filter(Boolean).join(" ")}`} />;
}

function KindMark({ text }: { text: string }) {
  return (
    <>
      {" "}
      <span class="basis">{text}</span>
    </>
  );
}

interface Props {
  kinds: KindsOfWindow | null;
  /** The list that has what is counted. */
  list: Partial<Address>;
  /** What the items are called: "item". */
  one: string;
}

/** The items of a window by kind; each count leads to its list. */
export function KindsCard({ kinds, list, one }: Props) {
  if (!kinds) return null;
  return (
    <section class="card" aria-labelledby="kinds">
      <div class="card-head">
        <h2 id="kinds">By kind of talk</h2>
        <p class="muted">share of what has a kind; some have several</p>
      </div>
      <ol class="kinds">
        {TALK.map((kind) => {
          const own = kinds[kind];
          return (
            own && (
              <li key={kind}>
                <Link to={{ ...list, talk: kind }}>{kind}</Link>
                <span class="kind-mean">
                  <Mean measured={{ statistics: own }} />
                </span>
                <span class="kind-count">
                  <b>{partOf(own.share)}</b> <span class="muted">{plural(own.items, one)}</span>
                </span>
              </li>
            )
          );
        })}
      </ol>
    </section>
  );
}
