/** The digest: a day or a week of subjects on one page, to read from the top and to print. */

import { PERIODS } from "../address";
import type { Digest as DigestAnswer } from "../api";
import { DataState, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { MixedMethods } from "../components/methods";
import { Outages } from "../components/outages";
import { RematchingBanner } from "../components/rematching";
import { dateTime } from "../format";
import { address, go } from "../navigation";
import { useDigest } from "../queries";
import {
  Changes,
  DigestMarkers,
  DigestReasons,
  DigestTopics,
  OpenIncidents,
  ReadThese,
  Unseen,
  WorthAnAnswer,
} from "./sections";
import { SubjectsTable } from "./table";
import { comparedText, daysText, digestAddress } from "./text";

const NAMES = { day: "Day", week: "Week" };

export function Digest() {
  const { period, until, zone, set } = address.value;
  const digest = useDigest({ period, end: until, time_zone: zone, subjects: set.join(",") });
  return (
    <div class="digest">
      <div class="bar">
        <h1>Digest</h1>
        <fieldset class="switch">
          <legend class="hidden">Period</legend>
          {PERIODS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === period}
              onClick={() => go({ period: each })}
            >
              {NAMES[each]}
            </button>
          ))}
        </fieldset>
        {digest.data && <Neighbours digest={digest.data} />}
      </div>
      <Outages />
      <DataState state={digest} skeleton={<Skeleton height={180} rows={3} />}>
        {(answer) => <Found digest={answer} />}
      </DataState>
    </div>
  );
}

/** The links to the periods before and after, and to the newest one. */
function Neighbours({ digest }: { digest: DigestAnswer }) {
  const { period, previous_end, next_end } = digest;
  return (
    <nav class="digest-neighbours" aria-label="Other digests">
      {previous_end && <Link to={digestAddress(previous_end)}>← The {period} before</Link>}
      {next_end && <Link to={digestAddress(next_end)}>The {period} after →</Link>}
      {next_end && <Link to={digestAddress(null)}>The newest</Link>}
      <Link to={{ view: "alerts" }}>Have it sent</Link>
    </nav>
  );
}

function Found({ digest }: { digest: DigestAnswer }) {
  const { subjects, time_zone, why_empty } = digest;
  return (
    <>
      <p class="muted digest-when">
        <Link to={digestAddress(digest.end)}>{daysText(digest)}</Link>
        {time_zone !== "UTC" && ` (${time_zone})`} · {comparedText(digest)}
        {!digest.next_end && ` · the next one ${dateTime(digest.next_at)}`}
      </p>
      <p class="digest-sentence">{digest.sentence}</p>
      {why_empty === "no_subjects" && (
        <p>
          <Link to={{ view: "watchlist" }}>To the watchlist</Link>
        </p>
      )}
      <RematchingBanner
        names={subjects.filter((each) => each.rematching).map(({ name }) => name)}
      />
      <MixedMethods isMixed={digest.mixed_methods} />
      {subjects.length > 0 && <SubjectsTable digest={digest} />}
      <div class="digest-columns">
        <Changes digest={digest} />
      </div>
      <DigestReasons digest={digest} />
      <div class="digest-columns">
        <ReadThese digest={digest} />
        <WorthAnAnswer digest={digest} />
      </div>
      <div class="digest-columns">
        <DigestTopics digest={digest} />
        <DigestMarkers digest={digest} />
        <Unseen digest={digest} />
        <OpenIncidents digest={digest} />
      </div>
    </>
  );
}
