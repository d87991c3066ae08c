/** The markers of charts: a list, and a form that adds and edits them. */

import { useState } from "preact/hooks";
import type { ApiError, Marker } from "../api";
import { plural } from "../format";
import { KINDS, markerTime } from "../markers/placing";
import { settle, useAction } from "../request";
import type { Subject } from "./api";
import { putMarker, removeMarker } from "./changes";
import { FieldError } from "./fields";
import { suggestId } from "./rule";

/** What is typed of a marker; empty texts are none. */
interface Typed {
  id: string | null;
  name: string;
  date: string;
  time: string;
  kind: Marker["kind"];
  subject: string;
  link: string;
}

const NOTHING: Typed = {
  id: null,
  name: "",
  date: "",
  time: "",
  kind: "release",
  subject: "",
  link: "",
};

export function MarkerList({ markers, subjects }: { markers: Marker[]; subjects: Subject[] }) {
  const [typed, setTyped] = useState(NOTHING);
  const names = new Map(subjects.map(({ id, name }) => [id, name]));
  return (
    <section class="card" aria-labelledby="watched-markers">
      <div class="card-head">
        <h2 id="watched-markers">Markers</h2>
        <p class="muted">{plural(markers.length, "marker")}; charts show them</p>
      </div>
      <MarkerForm
        key={typed.id ?? ""}
        typed={typed}
        markers={markers}
        subjects={subjects}
        onType={setTyped}
      />
      <ul class="watch-rows">
        {markers.toReversed().map((each) => (
          <MarkerRow
            key={each.id}
            marker={each}
            of={each.subject ? (names.get(each.subject) ?? each.subject) : "everything"}
            onEdit={() => setTyped(typedOf(each))}
          />
        ))}
      </ul>
    </section>
  );
}

function typedOf({ id, name, date, time, kind, subject, link }: Marker): Typed {
  return { id, name, date, time: time ?? "", kind, subject: subject ?? "", link: link ?? "" };
}

interface RowProps {
  marker: Marker;
  /** What it is about. */
  of: string;
  onEdit: () => void;
}

function MarkerRow({ marker, of, onEdit }: RowProps) {
  const { run, isBusy, error } = useAction(() => removeMarker(marker));
  return (
    <li>
      <p class="watch-name">{marker.name}</p>
      <p class="muted watch-words">
        {KINDS[marker.kind].name} · {of} · {markerTime(marker)}
        {marker.link && ` · ${marker.link}`}
      </p>
      <span class="row-buttons">
        <button
          type="button"
          class="button"
          aria-label={`Edit marker ${marker.name}`}
          onClick={onEdit}
        >
          Edit
        </button>
        <button
          type="button"
          class="button"
          disabled={isBusy}
          aria-label={`Remove marker ${marker.name}`}
          onClick={run}
        >
          Remove
        </button>
      </span>
      <FieldError text={error?.message} />
    </li>
  );
}

interface FormProps {
  typed: Typed;
  markers: Marker[];
  subjects: Subject[];
  onType: (typed: Typed) => void;
}

function MarkerForm({ typed, markers, subjects, onType }: FormProps) {
  const [error, setError] = useState<ApiError>();
  const [isBusy, setBusy] = useState(false);
  const before = markers.find((each) => each.id === typed.id);
  const save = async () => {
    if (isBusy) return;
    setBusy(true);
    const taken = markers.map((each) => each.id);
    const id = typed.id ?? (suggestId(typed.name, taken) || "marker");
    const { error: failed } = await settle(putMarker(markerOf(typed, id), before));
    setBusy(false);
    setError(failed);
    if (!failed) onType(NOTHING);
  };
  const edit = (changes: Partial<Typed>) => {
    setError(undefined);
    onType({ ...typed, ...changes });
  };
  return (
    <form
      class="marker-form"
      aria-label={typed.id ? `Marker ${before?.name ?? typed.id}` : "New marker"}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextFields typed={typed} error={error} onType={edit} />
      <ChoiceFields typed={typed} subjects={subjects} onType={edit} />
      <FieldError text={otherProblems(error)} />
      <div class="dialog-buttons">
        <button type="submit" class="button primary" aria-busy={isBusy}>
          {isBusy ? "Saving…" : typed.id ? "Save the marker" : "Add a marker"}
        </button>
        {typed.id && (
          <button type="button" class="button" onClick={() => onType(NOTHING)}>
            Discard what I typed
          </button>
        )}
      </div>
    </form>
  );
}

function markerOf({ name, date, time, kind, subject, link }: Typed, id: string): Marker {
  const at = `${date}T${time || "00:00"}:00Z`;
  return {
    id,
    name: name.trim(),
    date,
    time: time || null,
    kind,
    subject: subject || null,
    link: link.trim() || null,
    at,
  };
}

interface FieldsProps {
  typed: Typed;
  onType: (changes: Partial<Typed>) => void;
}

/** A date and a time are chosen as the browser offers it. */
const TEXTS = [
  { field: "name", label: "Name", type: "text", required: true },
  { field: "date", label: "Date, in UTC", type: "date", required: true },
  { field: "time", label: "Time in UTC, if it is known", type: "time", required: false },
  { field: "link", label: "Link, if there is one", type: "url", required: false },
] as const;

function TextFields({ typed, error, onType }: FieldsProps & { error: ApiError | undefined }) {
  return (
    <>
      {TEXTS.map(({ field, label, type, required }) => {
        const problem = problemOf(error, field);
        return (
          <label key={field}>
            {label}
            <input
              // Preact's types take no union of types here.
              type={type as "text"}
              value={typed[field]}
              required={required}
              maxLength={500}
              autocomplete="off"
              aria-invalid={Boolean(problem)}
              onInput={({ currentTarget }) => onType({ [field]: currentTarget.value })}
            />
            <FieldError text={problem} />
          </label>
        );
      })}
    </>
  );
}

function ChoiceFields({ typed, subjects, onType }: FieldsProps & { subjects: Subject[] }) {
  return (
    <>
      <label>
        Kind
        <select
          value={typed.kind}
          onChange={({ currentTarget }) => onType({ kind: currentTarget.value as Marker["kind"] })}
        >
          {Object.entries(KINDS).map(([kind, { name }]) => (
            <option key={kind} value={kind}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        About
        <select
          value={typed.subject}
          onChange={({ currentTarget }) => onType({ subject: currentTarget.value })}
        >
          <option value="">Everything</option>
          {subjects.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

const FIELDS: readonly string[] = TEXTS.map(({ field }) => `/${field}`);

function problemOf(error: ApiError | undefined, field: string): string | undefined {
  const found = error?.refused.find(({ parameter }) => parameter === `/${field}`);
  return found && `${found.detail}; it takes ${found.takes}`;
}

/** Return what is wrong that belongs to no field of text. */
function otherProblems(error: ApiError | undefined): string | undefined {
  if (!error) return undefined;
  const others = error.refused.filter(({ parameter }) => !FIELDS.includes(parameter));
  if (!error.refused.length) return error.message;
  return others.map(({ detail, takes }) => `${detail}; it takes ${takes}`).join(". ") || undefined;
}
