/** The card of an own subject. */

import type { SubjectFigures, Subjects } from "../api";
import { Link } from "../components/link";
import { RematchingMark } from "../components/rematching";
import { LabelShares, Mean, MeanChange } from "../components/sentiment";
import { SpanNeeded } from "../components/span_needed";
import { listOf, viewOf } from "../components/subject_links";
import { VolumeChange } from "../components/volume_change";
import { count, plural, windowName } from "../format";
import { address } from "../navigation";
import { SubjectTrend, subjectSentence, TopCommunity, VoiceShare } from "./cells";
import type { Scales } from "./scales";

interface Props {
  subject: SubjectFigures;
  answer: Subjects;
  scales: Scales;
}

export function OwnCard({ subject, answer, scales }: Props) {
  const { id, name } = subject;
  const mentions = listOf(id, scales.span);
  return (
    <section class="card own" aria-labelledby={`own-${id}`}>
      <div class="own-words">
        <div class="subject-name">
          <h2 id={`own-${id}`}>
            <Link to={viewOf(id)}>{name}</Link>
          </h2>
          {subject.rematching && <RematchingMark />}
        </div>
        <div>
          <p class="headline">{subjectSentence(subject, answer.before)}</p>
          <SpanNeeded change={subject.change} end={answer.window.end} />
        </div>
        <div class="own-figures">
          <div class="figure">
            <p class="figure-name">Average sentiment</p>
            <Link to={mentions} class="figure-value">
              <Mean measured={subject} />
            </Link>
            <p class="figure-more">
              <MeanChange compared={subject} />
            </p>
          </div>
          <div class="figure">
            <p class="figure-name">Mentions</p>
            <Link to={mentions} class="figure-value">
              {count(subject.mentions)}
            </Link>
            <p class="figure-more">
              <VolumeChange measured={subject} />
            </p>
          </div>
          <div class="figure">
            <p class="figure-name">Share of voice</p>
            <p class="figure-value voice">
              <VoiceShare subject={subject} />
            </p>
            <p class="figure-more muted">of {plural(answer.set.length, "subject")}</p>
          </div>
          <div class="figure">
            <p class="figure-name">Most in</p>
            <p class="figure-value small">
              <TopCommunity subject={subject} scales={scales} />
            </p>
          </div>
        </div>
      </div>
      <div class="own-course">
        <p class="figure-name">Mean and mentions over {windowName(address.value.hours)}</p>
        <SubjectTrend subject={subject} scales={scales} />
        <LabelShares counts={subject.statistics} to={mentions} figures />
      </div>
    </section>
  );
}
