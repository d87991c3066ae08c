/** Share of voice: the mentions of each subject, of those of the set. */

import { type ShareOfVoice, SUBJECT_PREFIX, type SubjectCard, type VoiceFigures } from "../api";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { Change, LabelShares, ShareMargin } from "../components/sentiment";
import { viewOf } from "../components/subject_links";
import { significantVoiceChange } from "../figures";
import { communityName, partOf, plural, windowName } from "../format";
import { address, go } from "../navigation";
import { useShareOfVoice } from "../queries";

export function Voice({ card }: { card: SubjectCard }) {
  const { hours, home } = address.value;
  // A topic is in no set by itself: it joins the others here.
  const set = card.set.includes(card.id) ? [] : [card.id, ...card.set];
  const voice = useShareOfVoice(set, hours, home);
  return (
    <section class="card" aria-labelledby="voice">
      <div class="card-head">
        <h2 id="voice">Share of voice</h2>
        <HomePicker />
      </div>
      <DataState state={voice} skeleton={<Skeleton height={34} rows={6} />}>
        {(answer) => <Shares answer={answer} id={card.id} />}
      </DataState>
    </section>
  );
}

function HomePicker() {
  const { home } = address.value;
  return (
    <fieldset class="switch">
      <legend class="hidden">Home communities</legend>
      <button type="button" aria-pressed={!home} onClick={() => go({ home: null })}>
        Everywhere
      </button>
      <button type="button" aria-pressed={home !== null} onClick={() => go({ home: "exclude" })}>
        Without homes
      </button>
    </fieldset>
  );
}

function Shares({ answer, id }: { answer: ShareOfVoice; id: string }) {
  const { subjects, others, base } = answer;
  const rest = others?.subjects ?? [];
  if (!base) return <EmptyNote title="None of the set was mentioned." />;
  const largest = Math.max(...[...subjects, others].map((each) => each?.share ?? 0));
  return (
    <>
      <ol class="voices">
        {subjects.map((each) => (
          <li key={each.id} class={each.id === id ? "voice-row chosen" : "voice-row"}>
            <Link
              to={viewOf(each.id)}
              {...(each.id === id ? { "aria-current": "true" as const } : {})}
            >
              {each.name}
            </Link>
            <VoiceBar figures={each} answer={answer} largest={largest} />
          </li>
        ))}
        {others && (
          <li class="voice-row">
            <span>{plural(rest.length, "other")}</span>
            <VoiceBar figures={others} answer={answer} largest={largest} />
          </li>
        )}
      </ol>
      <p class="muted voice-set">
        {setText(answer, rest.includes(id))}{" "}
        <Link to={{ view: "compare", compare: comparedWith(answer, id) }}>Compare over time</Link>
      </p>
    </>
  );
}

interface FiguresProps {
  figures: Omit<VoiceFigures, "communities" | "rematching">;
  answer: ShareOfVoice;
  largest: number;
}

function VoiceBar({ figures, answer, largest }: FiguresProps) {
  const points = significantVoiceChange(figures, answer.base, answer.previous_base);
  const width = (100 * (figures.share ?? 0)) / (largest || 1);
  return (
    <>
      <span class="voice-split" style={{ width: `${width}%` }}>
        <LabelShares counts={figures} />
      </span>
      <span class="voice-share" title={plural(figures.mentions, "mention")}>
        <b>{figures.share === null ? "–" : partOf(figures.share)}</b>
        <ShareMargin spread={figures} />{" "}
        {points !== null && (
          <>
            <Change value={points} digits={0} /> <span class="muted">points</span>
          </>
        )}
      </span>
    </>
  );
}

/** Return the scopes of this subject and of the two others that are mentioned most. */
function comparedWith({ subjects }: ShareOfVoice, id: string): string[] {
  const others = subjects.filter((each) => each.id !== id).slice(0, 2);
  return [id, ...others.map((each) => each.id)].map((each) => SUBJECT_PREFIX + each);
}

/** Return what the shares are of. */
function setText({ base, set, left_out_communities, home }: ShareOfVoice, isRest: boolean): string {
  const whole = `Of ${plural(base, "mention")} of ${plural(set.length, "subject")} in ${windowName(address.value.hours)}`;
  const names = left_out_communities.map(communityName).join(", ");
  const without = home === "exclude" ? (names ? `, without ${names}` : "; none has a home") : "";
  return `${whole}${without}. ${isRest ? "This one is among the others. " : ""}Volume is no merit.`;
}
