/** The fields of a subject. */

import { communityName } from "../format";
import { useCommunities } from "../queries";
import type { Role, Rule } from "./api";
import { Phrases } from "./phrases";
import type { Refusals } from "./refusals";
import { ROLES } from "./rule";
import { Terms } from "./terms";

interface Props {
  id: string;
  isNew: boolean;
  isIdTaken: boolean;
  rule: Rule;
  refusals: Refusals;
  onId: (id: string) => void;
  onChange: (changes: Partial<Rule>) => void;
}

export function Fields(props: Props) {
  const { rule, refusals, onChange } = props;
  const { entries, fields } = refusals;
  return (
    <>
      <Identity {...props} />
      <RolePicker role={rule.role} onChange={(role) => onChange({ role })} />
      <Terms
        terms={rule.terms}
        errors={entries.terms}
        error={fields.terms}
        onChange={(terms) => onChange({ terms })}
      />
      <Phrases
        legend="Not meant"
        one="Exclusion"
        help="Phrases in which a name means something else: “mouse cursor”, “cursor position”."
        values={rule.exclude}
        errors={entries.exclude}
        error={fields.exclude}
        onChange={(exclude) => onChange({ exclude })}
      />
      <Phrases
        legend="Context"
        one="Context word"
        help="Words that show what is meant, near a name that needs context: “IDE”, “editor”."
        values={rule.context}
        errors={entries.context}
        error={fields.context}
        onChange={(context) => onChange({ context })}
      />
      <Home
        home={rule.home}
        error={fields.home ?? [...entries.home.values()][0]}
        onChange={(home) => onChange({ home })}
      />
    </>
  );
}

function Identity({ id, isNew, isIdTaken, rule, refusals, onId, onChange }: Props) {
  const wrongId = isIdTaken ? "Another subject has this id." : refusals.fields.id;
  return (
    <div class="identity">
      <label>
        Name
        <input
          value={rule.name}
          maxLength={200}
          autocomplete="off"
          required
          aria-invalid={Boolean(refusals.fields.name)}
          onInput={({ currentTarget }) => onChange({ name: currentTarget.value })}
        />
        <FieldError text={refusals.fields.name} />
      </label>
      <label>
        Id, in addresses
        <input
          value={id}
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          required
          readOnly={!isNew}
          aria-invalid={Boolean(wrongId)}
          onInput={({ currentTarget }) => onId(currentTarget.value)}
        />
        <FieldError text={wrongId} />
      </label>
    </div>
  );
}

function RolePicker({ role, onChange }: { role: Role; onChange: (role: Role) => void }) {
  return (
    <fieldset>
      <legend>Role</legend>
      <span class="switch">
        {(Object.keys(ROLES) as Role[]).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === role}
            onClick={() => onChange(each)}
          >
            {ROLES[each].one}
          </button>
        ))}
      </span>
    </fieldset>
  );
}

interface HomeProps {
  home: string[];
  error: string | undefined;
  onChange: (home: string[]) => void;
}

/** Choose the communities where everything is about the subject. */
function Home({ home, error, onChange }: HomeProps) {
  const watched = useCommunities().data?.subreddits ?? [];
  const folded = home.map((each) => each.toLowerCase());
  const others = watched.filter((each) => !folded.includes(each.toLowerCase()));
  const shown = [...home, ...others].toSorted((a, b) => a.localeCompare(b, "en"));
  return (
    <fieldset class="home">
      <legend>Home communities</legend>
      <p class="muted">
        Its own communities: names need no context there, and what names no subject is about this
        one.
      </p>
      <FieldError text={error} />
      <div class="home-choice">
        {shown.map((each) => (
          <label key={each} class="chip">
            <input
              type="checkbox"
              checked={home.includes(each)}
              onChange={({ currentTarget }) =>
                onChange(
                  currentTarget.checked ? [...home, each] : home.filter((name) => name !== each),
                )
              }
            />
            {communityName(each)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function FieldError({ text }: { text: string | undefined }) {
  if (!text) return null;
  return (
    <span class="warning" role="alert">
      {text}
    </span>
  );
}
