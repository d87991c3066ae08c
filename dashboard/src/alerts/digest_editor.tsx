/** The form of a digest that is sent. */

import { useState } from "preact/hooks";
import type { ApiError } from "../api";
import { settle } from "../request";
import type { Subject } from "../watchlist/api";
import { FieldError } from "../watchlist/fields";
import { suggestId } from "../watchlist/rule";
import { WEEKDAYS } from "./digest_text";
import { type Digest, putDigest, type Weekday } from "./digests_api";
import { ChannelFields, problemsOf } from "./editor";

/** Return a digest with the defaults of the API, in the time zone of the browser. */
export function newDigest(): Digest {
  return {
    id: "",
    name: "Weekly digest",
    subjects: null,
    every: "week",
    at: "08:00",
    weekday: "monday",
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    channels: [],
    note: "",
    enabled: true,
  };
}

interface FormProps {
  stored: Digest;
  /** The ids of all digests. */
  taken: string[];
  subjects: Subject[];
  onDone: () => void;
}

interface FieldsProps {
  digest: Digest;
  onChange: (changes: Partial<Digest>) => void;
}

export function DigestForm({ stored, taken, subjects, onDone }: FormProps) {
  const [digest, setDigest] = useState(stored);
  const [error, setError] = useState<ApiError>();
  const [isBusy, setBusy] = useState(false);
  const change = (changes: Partial<Digest>) => {
    setError(undefined);
    setDigest({ ...digest, ...changes });
  };
  const save = async () => {
    if (isBusy) return;
    setBusy(true);
    const id = digest.id || suggestId(digest.name, taken) || "digest";
    const { error: failed } = await settle(putDigest({ ...digest, id, name: digest.name.trim() }));
    setBusy(false);
    setError(failed);
    if (!failed) onDone();
  };
  return (
    <form
      class="marker-form rule-form"
      aria-label={stored.id ? `Digest ${stored.name}` : "New digest"}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label class="broad">
        Name, and the title of messages
        <input
          value={digest.name}
          required
          maxLength={80}
          autocomplete="off"
          onInput={({ currentTarget }) => change({ name: currentTarget.value })}
        />
      </label>
      <ScheduleFields digest={digest} onChange={change} />
      <SubjectFields digest={digest} subjects={subjects} onChange={change} />
      <ChannelFields channels={digest.channels} onChange={(channels) => change({ channels })} />
      <label class="broad">
        Note
        <input
          value={digest.note}
          maxLength={500}
          autocomplete="off"
          onInput={({ currentTarget }) => change({ note: currentTarget.value })}
        />
      </label>
      <FieldError text={problemsOf(error)} />
      <div class="dialog-buttons">
        <button type="submit" class="button primary" aria-busy={isBusy}>
          {isBusy ? "Saving…" : "Save the digest"}
        </button>
        <button type="button" class="button" onClick={onDone}>
          Discard what I typed
        </button>
      </div>
    </form>
  );
}

function ScheduleFields({ digest, onChange }: FieldsProps) {
  return (
    <>
      <label class="broad">
        Every
        <select
          value={digest.every}
          onChange={({ currentTarget }) =>
            onChange({ every: currentTarget.value as Digest["every"] })
          }
        >
          <option value="week">Week, from Monday to Sunday</option>
          <option value="day">Day</option>
        </select>
      </label>
      {digest.every === "week" && (
        <label>
          On
          <select
            value={digest.weekday}
            onChange={({ currentTarget }) => onChange({ weekday: currentTarget.value as Weekday })}
          >
            {Object.entries(WEEKDAYS).map(([weekday, name]) => (
              <option key={weekday} value={weekday}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <label>
        At
        <input
          type="time"
          value={digest.at}
          required
          onInput={({ currentTarget }) => onChange({ at: currentTarget.value })}
        />
      </label>
      <label>
        Time zone
        <input
          value={digest.time_zone}
          required
          maxLength={64}
          spellcheck={false}
          onInput={({ currentTarget }) => onChange({ time_zone: currentTarget.value })}
        />
      </label>
    </>
  );
}

function SubjectFields({ digest, subjects, onChange }: FieldsProps & { subjects: Subject[] }) {
  const chosen = digest.subjects;
  const toggle = (id: string, isChosen: boolean) =>
    onChange({
      subjects: isChosen ? [...(chosen ?? []), id] : (chosen ?? []).filter((each) => each !== id),
    });
  return (
    <fieldset class="channels digest-subjects">
      <legend>Subjects</legend>
      <label class="check">
        <input
          type="checkbox"
          checked={chosen === null}
          onChange={({ currentTarget }) =>
            onChange({ subjects: currentTarget.checked ? null : [] })
          }
        />
        Own ones and competitors, also those to come
      </label>
      {chosen !== null &&
        subjects.map(({ id, name }) => (
          <label key={id} class="check">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={({ currentTarget }) => toggle(id, currentTarget.checked)}
            />
            {name}
          </label>
        ))}
    </fieldset>
  );
}
