/** All subjects by their role. */

import { useState } from "preact/hooks";
import { Link } from "../components/link";
import { communityName, plural } from "../format";
import { go } from "../navigation";
import { useAction } from "../request";
import type { Subject } from "./api";
import { removeSubject } from "./changes";
import { byRole, NEW, ROLES, ruleNamed } from "./rule";
import { drafts, saveDraft } from "./state";

/** More names of one subject don't help here. */
const MAX_SHOWN = 6;

export function SubjectList({ subjects }: { subjects: Subject[] }) {
  return (
    <>
      <AddSubject />
      {subjects.every(({ role }) => role !== "own") && (
        <p class="muted no-own">
          None of these is marked as yours yet: open your product and choose “Own product”, or add
          it.
        </p>
      )}
      {byRole(subjects).map(
        ([role, some]) =>
          some.length > 0 && (
            <section key={role} class="card" aria-labelledby={`role-${role}`}>
              <div class="card-head">
                <h2 id={`role-${role}`}>{ROLES[role].many}</h2>
                <p class="muted">{plural(some.length, "subject")}</p>
              </div>
              <ul class="watch-rows">
                {some.map((each) => (
                  <SubjectRow key={each.id} subject={each} />
                ))}
              </ul>
            </section>
          ),
      )}
    </>
  );
}

function SubjectRow({ subject }: { subject: Subject }) {
  const { id, name, terms, home } = subject;
  const { run, isBusy, error } = useAction(async () => {
    await removeSubject(subject);
    saveDraft(id, undefined);
  });
  const words = terms.slice(0, MAX_SHOWN).map(({ text, prefix }) => (prefix ? `${text}…` : text));
  const more = terms.length - words.length;
  return (
    <li>
      <p class="watch-name">
        <Link to={{ subject: id }}>{name}</Link>
        {drafts.value[id] && <span class="warning"> not saved yet</span>}
      </p>
      <p class="muted watch-words">
        {words.join(" · ")}
        {more > 0 && ` and ${more} more`}
        {home.length > 0 && ` — at home in ${home.map(communityName).join(", ")}`}
      </p>
      <button
        type="button"
        class="button"
        disabled={isBusy}
        aria-label={`Remove ${name}`}
        onClick={run}
      >
        Remove
      </button>
      {error && (
        <p class="warning" role="alert">
          {error.message}
        </p>
      )}
    </li>
  );
}

/** Begin a subject, from its name or from nothing. */
function AddSubject() {
  const [name, setName] = useState("");
  return (
    <form
      class="add one-line"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) saveDraft(NEW, { rule: ruleNamed(name.trim()), base: null, ownId: null });
        go({ subject: NEW });
      }}
    >
      <label>
        <span class="hidden">Name of a new subject</span>
        <input
          value={name}
          maxLength={200}
          placeholder="Name of a product or topic"
          autocomplete="off"
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <button type="submit" class="button primary">
        Add a subject
      </button>
      {drafts.value[NEW] && (
        <Link class="quiet" to={{ subject: NEW }}>
          Go on with {drafts.value[NEW].rule.name || "the new subject"}
        </Link>
      )}
    </form>
  );
}
