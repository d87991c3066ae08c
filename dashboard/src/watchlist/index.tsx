/** The watchlist: the subjects and communities that are watched, and by which words. */

import { useEffect, useRef } from "preact/hooks";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { address } from "../navigation";
import { useAction } from "../request";
import { forgetChange, undo, undoLast } from "./changes";
import { CommunityList } from "./communities";
import { Editor } from "./editor";
import { SubjectList } from "./list";
import { Rematching } from "./rematching";
import { NEW } from "./rule";
import { drafts, type Stored, useWatchlist } from "./state";

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
      <UndoBar />
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
  const { subjects, communities } = stored.watchlist;
  return (
    <>
      <Rematching names={new Map(subjects.map((each) => [each.id, each.name]))} />
      <SubjectList subjects={subjects} />
      <CommunityList communities={communities} />
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

/** What was changed last, and a way back. */
function UndoBar() {
  const { run, isBusy, error } = useAction(undoLast);
  const notice = useRef<HTMLParagraphElement>(null);
  const last = undo.value;
  useEffect(() => {
    // The button of a removed row is gone: the focus goes before the way back, not on it, so that
    // a second Enter undoes nothing.
    if (last && document.activeElement === document.body) notice.current?.focus();
  }, [last]);
  return (
    <div class="undo" role="status">
      {last && (
        <p ref={notice} tabIndex={-1}>
          <span>{error ? error.message : last.done}</span>
          {last.changes.length > 0 && (
            <button type="button" class="button" disabled={isBusy} onClick={run}>
              Undo
            </button>
          )}
          <button
            type="button"
            class="button"
            aria-label="Dismiss"
            onClick={() => {
              undo.value = undefined;
            }}
          >
            ×
          </button>
        </p>
      )}
    </div>
  );
}
