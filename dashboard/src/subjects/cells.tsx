/** The figures of a subject that cards and rows share. */

import { type Baseline, SUBJECT_PREFIX, type SubjectFigures } from "../api";
import { TrendSparkline } from "../charts/trend_sparkline";
import { Link } from "../components/link";
import { moodSentence } from "../components/mood";
import { ShareMargin } from "../components/sentiment";
import { listOf } from "../components/subject_links";
import { windowText } from "../components/window_text";
import { communityName, count, partOf, plural, score, windowName } from "../format";
import { markersOf } from "../markers/placing";
import { address } from "../navigation";
import { useMarkers } from "../queries";
import type { Scales } from "./scales";

interface Props {
  subject: SubjectFigures;
  scales: Scales;
}

/** Return how people feel about the subject, in a sentence. */
export function subjectSentence(subject: SubjectFigures, before: Baseline): string {
  const { hours } = address.value;
  const { name, mentions } = subject;
  if (!mentions) return `Nobody mentioned ${name} in ${windowText(hours)}.`;
  return moodSentence(subject, hours, { mood: `The mood around ${name}`, one: "mention", before });
}

export function SubjectTrend({ subject, scales }: Props) {
  const { name, mentions, statistics, trend_data } = subject;
  const { hours } = address.value;
  const summary = `${name} over ${windowName(hours)}: ${plural(mentions, "mention")}, ${score(statistics.avg_sentiment)} on average`;
  const markers = markersOf(useMarkers(), [SUBJECT_PREFIX + subject.id]);
  return (
    <TrendSparkline
      scales={scales}
      points={trend_data}
      name={summary}
      scope={{ subject: subject.id }}
      markers={markers}
    />
  );
}

/** A subject's share of voice, as a number and a bar. */
export function VoiceShare({ subject }: { subject: SubjectFigures }) {
  if (subject.share === null) return <span class="muted">not in the set</span>;
  return (
    <>
      <span>
        {partOf(subject.share)}
        <ShareMargin spread={{ interval: subject.share_interval }} />
      </span>
      <span class="voice-bar" aria-hidden="true">
        <span style={{ width: `${100 * subject.share}%` }} />
      </span>
    </>
  );
}

/** The community with most mentions, which leads to them. */
export function TopCommunity({ subject, scales }: Props) {
  const top = subject.top_community;
  if (!top) return null;
  return (
    <>
      <Link to={listOf(subject.id, { subreddit: top.community, ...scales.span })}>
        {communityName(top.community)}
      </Link>{" "}
      <span class="muted">{partOf(top.share)}</span>
    </>
  );
}

/** The number of mentions, which leads to them. */
export function MentionCount({ subject, scales }: Props) {
  return <Link to={listOf(subject.id, scales.span)}>{count(subject.mentions)}</Link>;
}
