/** The watchlist: the subjects and communities that are watched, and by which words. */

import { useEffect } from "preact/hooks";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { address } from "../navigation";
import { forgetChange } from "./changes";
import { CommunityList } from "./communities";
import { Editor } from "./editor";
import { SubjectList } from "./list";
import { MarkerList } from "./markers";
import { Rematching } from "./rematching";
import { NEW } from "./rule";
import { drafts, type Stored, useWatchlist } from "./state";
import { UndoBar } from "./undo_bar";

export function Watchlist() {
  const state = useWatchlist();
  const { subject: shown } = address.value;
  useEffect(() => forgetChange, []);
  return (
    <div class="watchlist">
      <div class="bar">
        <h1>{shown === null ? "Watchlist" : <Title shown={shown} stored={state.data} />}</h1>
        {shown !== null && (
          <Link class="button" to={{ subject: null }}>
            All of the watchlist
          </Link>
        )}
      </div>
      <DataState state={state} skeleton={<Skeleton height={52} rows={8} />}>
        {(stored) =>
          shown === null ? <Lists stored={stored} /> : <One shown={shown} stored={stored} />
        }
      </DataState>
      {shown === null && <UndoBar />}
    </div>
  );
}

function Title({ shown, stored }: { shown: string; stored: Stored | undefined }) {
  const name =
    drafts.value[shown]?.rule.name ||
    stored?.watchlist.subjects.find((each) => each.id === shown)?.name;
  return <>{name || (shown === NEW ? "New subject" : shown)}</>;
}

function Lists({ stored }: { stored: Stored }) {
  const { subjects, communities, markers } = stored.watchlist;
  return (
    <>
      <Rematching names={new Map(subjects.map((each) => [each.id, each.name]))} />
      <SubjectList subjects={subjects} />
      <CommunityList communities={communities} />
      <MarkerList markers={markers} subjects={subjects} />
    </>
  );
}

function One({ shown, stored }: { shown: string; stored: Stored }) {
  const { subjects } = stored.watchlist;
  const isKnown = subjects.some((each) => each.id === shown);
  if (isKnown || shown === NEW || drafts.value[shown]) {
    return <Editor key={shown} shown={shown} stored={stored} />;
  }
  const into = subjects.find((each) => each.merged_from.includes(shown));
  return into ? (
    <EmptyNote title={`It was merged into ${into.name}.`}>
      <Link to={{ subject: into.id }}>Go to {into.name}</Link>
    </EmptyNote>
  ) : (
    <EmptyNote title="There is no subject with this id.">
      <Link to={{ subject: NEW }}>Add a subject</Link>
    </EmptyNote>
  );
}
