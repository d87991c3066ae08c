/** The subjects of a digest side by side. */

import type { Digest, DigestSubject } from "../api";
import { TrendSparkline } from "../charts/trend_sparkline";
import { Columns, CountCell } from "../components/columns";
import { Link } from "../components/link";
import { ScrollRegion } from "../components/scroll_region";
import { Mean, MeanChange, ShareMargin } from "../components/sentiment";
import { listOf, viewOf } from "../components/subject_links";
import { now } from "../cycles";
import { partOf, plural, score } from "../format";
import type { Scales } from "../subjects/scales";
import { scalesOf } from "../subjects/scales";
import { comparedHoursText, isSilent, listFilter, pointsText, volumeText } from "./text";

const COLUMNS = [
  "Subject",
  "Mentions",
  "Change",
  "Average",
  "Change of average",
  "Share of voice",
  "Change of share",
  "Mean and mentions",
];

export function SubjectsTable({ digest }: { digest: Digest }) {
  const said = digest.subjects.filter((each) => !isSilent(each));
  const scales = scalesOf(digest.subjects, digest, now.value);
  const part = comparedHoursText(digest);
  if (!said.length) return null;
  return (
    <section class="card" aria-labelledby="digest-subjects">
      <h2 id="digest-subjects">Subjects</h2>
      <ScrollRegion name="Subjects of the digest">
        <table class="digest-table">
          <Columns names={COLUMNS} />
          <tbody>
            {said.map((each) => (
              <SubjectRow key={each.id} subject={each} digest={digest} scales={scales} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {part && <p class="muted digest-note">{part}</p>}
    </section>
  );
}

interface RowProps {
  subject: DigestSubject;
  digest: Digest;
  scales: Scales;
}

function SubjectRow({ subject, digest, scales }: RowProps) {
  const { id, name, mentions, statistics, share } = subject;
  const summary = `${name}: ${plural(mentions, "mention")}, ${score(statistics.avg_sentiment)} on average`;
  return (
    <tr>
      <th scope="row">
        <Link to={viewOf(id)}>{name}</Link>
      </th>
      <td>
        <CountCell value={mentions} to={listOf(id, listFilter(digest))} />
      </td>
      <td class={isClear(subject) ? "is-clear" : undefined}>{volumeText(subject)}</td>
      <td>
        <Mean measured={subject} />
      </td>
      <td>
        <MeanChange compared={subject} />
      </td>
      <td>
        {share === null ? null : partOf(share)}
        <ShareMargin spread={{ interval: subject.share_interval }} />
      </td>
      <td>{pointsText(subject.share_change)}</td>
      <td class="digest-course">
        <TrendSparkline
          points={subject.trend_data}
          scales={scales}
          name={summary}
          scope={{ subject: id }}
        />
      </td>
    </tr>
  );
}

const isClear = ({ volume }: DigestSubject) =>
  volume.verdict === "more" || volume.verdict === "fewer";
