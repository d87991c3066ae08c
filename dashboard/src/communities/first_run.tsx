/** A view of figures before the first collection has stored anything, and where there is nothing. */

import { EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { health, now, running } from "../cycles";
import { age } from "../format";

export function FirstRun() {
  const due = health.value?.application.next_collection_at;
  if (running.value) {
    return (
      <>
        <EmptyNote title="The first collection is under way.">
          Figures show here as soon as the first community is read, which takes some seconds.
        </EmptyNote>
        <Skeleton height={360} />
      </>
    );
  }
  return (
    <>
      <EmptyNote title="Nothing has been collected yet.">
        A collection begins by itself {due && age(due, now.value)}.{" "}
        <Link to={{ view: "collection" }}>Collect now</Link>
      </EmptyNote>
      <WhatToWatch />
    </>
  );
}

/** Ways to fill an empty page, as settings and commands. docs/sources.md has the rest. */
const WAYS: { what: string; how: string }[] = [
  { what: "Watch a forum", how: "COMMUNITIES=forum.ours FORUMS=ours=https://forum.example.com" },
  { what: "Watch a repository", how: "COMMUNITIES=github.openai.codex" },
  { what: "Watch a query at Hacker News", how: "COMMUNITIES=hn.claude-code" },
  { what: "Import a file", how: "python -m local import FILE" },
  {
    what: "Watch Reddit, where you have a key",
    how: "REDDIT_CLIENT_ID=… REDDIT_CLIENT_SECRET=…",
  },
  { what: "Look at an invented sample", how: "make run ORIGIN=sample SQLITE_PATH=.data/sample.db" },
];

export function WhatToWatch() {
  return (
    <section class="ways" aria-labelledby="ways">
      <h2 id="ways">What to watch</h2>
      <p class="muted">Set these before a start; communities are separated by commas.</p>
      <dl>
        {WAYS.map(({ what, how }) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              <code>{how}</code>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
