/** The rows of competitors and of topics. */

import type { Baseline, SubjectFigures } from "../api";
import { Link } from "../components/link";
import { RematchingMark } from "../components/rematching";
import { Mean, MeanChange } from "../components/sentiment";
import { viewOf } from "../components/subject_links";
import { windowText } from "../components/window_text";
import { significantChange } from "../figures";
import { windowName } from "../format";
import { address } from "../navigation";
import { MentionCount, SubjectTrend, subjectSentence, TopCommunity, VoiceShare } from "./cells";
import type { Scales } from "./scales";

interface Props {
  heading: string;
  subjects: SubjectFigures[];
  /** The time that the window is compared with. */
  before: Baseline;
  scales: Scales;
}

export function SubjectRows({ heading, subjects, before, scales }: Props) {
  if (!subjects.length) return null;
  const mentioned = subjects.filter((each) => each.mentions);
  const silent = subjects.filter((each) => !each.mentions);
  const id = `subjects-${heading.toLowerCase()}`;
  return (
    <section class="card" aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{heading}</h2>
        <p class="muted">mean and mentions over {windowName(address.value.hours)}, on one scale</p>
      </div>
      {mentioned.length > 0 && (
        <ol class="subject-rows">
          {mentioned.map((each) => (
            <SubjectRow key={each.id} subject={each} before={before} scales={scales} />
          ))}
        </ol>
      )}
      {silent.length > 0 && <Silent subjects={silent} />}
    </section>
  );
}

type RowProps = Pick<Props, "before" | "scales"> & { subject: SubjectFigures };

function SubjectRow({ subject, before, scales }: RowProps) {
  return (
    <li class="subject-row">
      <div class="subject-words">
        <div class="subject-name">
          <h3>
            <Link to={viewOf(subject.id)}>{subject.name}</Link>
          </h3>
          {subject.rematching && !scales.areAllRematching && <RematchingMark />}
        </div>
        <p class="muted">{subjectSentence(subject, before)}</p>
      </div>
      <SubjectTrend subject={subject} scales={scales} />
      <dl class="subject-figures">
        <div>
          <dt>Average</dt>
          <dd>
            <Mean measured={subject} />
            {significantChange(subject) !== null && (
              <>
                {" "}
                <MeanChange compared={subject} />
              </>
            )}
          </dd>
        </div>
        <div>
          <dt>Mentions</dt>
          <dd>
            <MentionCount subject={subject} scales={scales} />
          </dd>
        </div>
        {subject.share !== null && (
          <div>
            <dt>Share of voice</dt>
            <dd class="voice">
              <VoiceShare subject={subject} />
            </dd>
          </div>
        )}
        <div>
          <dt>Most in</dt>
          <dd>
            <TopCommunity subject={subject} scales={scales} />
          </dd>
        </div>
      </dl>
    </li>
  );
}

/** Subjects without mentions take a line together, not a row each. */
function Silent({ subjects }: { subjects: SubjectFigures[] }) {
  return (
    <p class="muted silent">
      Nobody mentioned{" "}
      {subjects.map(({ id, name }, number) => (
        <span key={id}>
          {number > 0 && (number === subjects.length - 1 ? " or " : ", ")}
          <Link to={viewOf(id)}>{name}</Link>
        </span>
      ))}{" "}
      in {windowText(address.value.hours)}.
    </p>
  );
}
