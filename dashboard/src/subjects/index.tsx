/** The subjects: how people feel about each, wherever they talk about it. */

import type { Role, SubjectFigures, Subjects as SubjectsAnswer } from "../api";
import { FirstRun } from "../communities/first_run";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { Meaning } from "../components/meaning";
import { MixedMethods } from "../components/methods";
import { Outages } from "../components/outages";
import { RematchingBanner } from "../components/rematching";
import { WindowPicker } from "../components/window_picker";
import { windowText } from "../components/window_text";
import { isFirstRun, now } from "../cycles";
import { address } from "../navigation";
import { useSubjects } from "../queries";
import { SubjectView } from "../subject";
import { OwnCard } from "./own_card";
import { SubjectRows } from "./rows";
import { scalesOf } from "./scales";

/** The view of all subjects, or of the chosen one. */
export function Subjects() {
  const { subject } = address.value;
  return subject ? <SubjectView id={subject} key={subject} /> : <AllSubjects />;
}

function AllSubjects() {
  const subjects = useSubjects(address.value.hours);
  return (
    <div class="subjects">
      <div class="bar">
        <h1>Subjects</h1>
        <WindowPicker />
      </div>
      <Outages />
      {isFirstRun.value ? (
        <FirstRun />
      ) : (
        <DataState state={subjects} skeleton={<Loading />}>
          {(answer) => (answer.subjects.length ? <Lists answer={answer} /> : <NoSubjects />)}
        </DataState>
      )}
      <Meaning />
    </div>
  );
}

function Loading() {
  return (
    <>
      <Skeleton height={230} />
      <div class="skeletons-more">
        <Skeleton height={92} rows={7} />
      </div>
    </>
  );
}

function NoSubjects() {
  return (
    <EmptyNote title="No subjects are watched.">
      Name what people talk about, such as your product and its competitors, in the{" "}
      <Link to={{ view: "watchlist" }}>Watchlist</Link>.
    </EmptyNote>
  );
}

const HEADINGS: Record<Exclude<Role, "own">, string> = {
  competitor: "Competitors",
  topic: "Topics",
};

function Lists({ answer }: { answer: SubjectsAnswer }) {
  const { subjects } = answer;
  const scales = scalesOf(subjects, answer, now.value);
  const own = subjects.filter((each) => each.role === "own");
  return (
    <>
      <RematchingBanner names={subjects.filter((each) => each.rematching).map(nameOf)} />
      <MixedMethods isMixed={answer.mixed_methods} />
      {subjects.every((each) => !each.mentions) && <NoMentions />}
      {own.map((each) => (
        <OwnCard key={each.id} subject={each} answer={answer} scales={scales} />
      ))}
      {!own.length && <NoneOwn />}
      {(["competitor", "topic"] as const).map((role) => (
        <SubjectRows
          key={role}
          heading={HEADINGS[role]}
          subjects={subjects.filter((each) => each.role === role)}
          before={answer.before}
          scales={scales}
        />
      ))}
    </>
  );
}

const nameOf = ({ name }: SubjectFigures) => name;

function NoMentions() {
  return (
    <EmptyNote title={`Nobody mentioned any of them in ${windowText(address.value.hours)}.`}>
      Choose a longer window, see what is said in the{" "}
      <Link to={{ view: "communities" }}>communities</Link>, or check the words of each subject in
      the <Link to={{ view: "watchlist" }}>Watchlist</Link>.
    </EmptyNote>
  );
}

function NoneOwn() {
  return (
    <p class="muted aside">
      None of them is yours yet: give your product the role “own” in the{" "}
      <Link to={{ view: "watchlist" }}>Watchlist</Link>, and it stands first here.
    </p>
  );
}
