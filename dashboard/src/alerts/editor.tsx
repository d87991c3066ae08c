/** The form of a rule. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api";
import { communityName } from "../format";
import { useCommunities } from "../queries";
import { settle } from "../request";
import type { Subject } from "../watchlist/api";
import { FieldError } from "../watchlist/fields";
import { suggestId } from "../watchlist/rule";
import { type Channel, type ChannelType, type ConditionType, putRule, type Rule } from "./api";
import { CHANNELS, CONDITIONS, conditionOf, DIRECTIONS } from "./conditions";
import { refusalText } from "./status";

const MAX_NAME = 80;
const MAX_CHANNELS = 5;
const PERCENT = 100;
const COOLDOWNS = [
  [60, "an hour"],
  [240, "four hours"],
  [1440, "a day"],
  [10080, "a week"],
] as const;

/** Return a rule with the defaults of the API, in the time zone of the browser. */
export function newRule(): Rule {
  return {
    id: "",
    name: "",
    scope: "all",
    condition: conditionOf("mood"),
    channels: [],
    quiet_hours: null,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    cooldown: 240,
    note: "",
    enabled: true,
  };
}

interface FormProps {
  stored: Rule;
  /** The ids of all rules. */
  taken: string[];
  subjects: Subject[];
  onDone: () => void;
}

interface FieldsProps {
  rule: Rule;
  onChange: (changes: Partial<Rule>) => void;
}

export function RuleForm({ stored, taken, subjects, onDone }: FormProps) {
  const [rule, setRule] = useState(stored);
  const [error, setError] = useState<ApiError>();
  const [isBusy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const change = (changes: Partial<Rule>) => {
    setError(undefined);
    setRule({ ...rule, ...changes });
  };
  const save = async () => {
    if (isBusy) return;
    setBusy(true);
    const id = rule.id || suggestId(rule.name, taken) || "rule";
    const { error: failed } = await settle(putRule({ ...rule, id, name: rule.name.trim() }));
    setBusy(false);
    setError(failed);
    if (!failed) onDone();
  };
  return (
    <form
      class="marker-form rule-form"
      aria-label={stored.id ? `Rule ${stored.name}` : "New rule"}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <label>
        Name
        <input
          ref={first}
          value={rule.name}
          required
          maxLength={MAX_NAME}
          autocomplete="off"
          onInput={({ currentTarget }) => change({ name: currentTarget.value })}
        />
      </label>
      <ScopeField rule={rule} subjects={subjects} onChange={change} />
      <ConditionFields rule={rule} onChange={change} />
      <ChannelFields
        channels={rule.channels}
        onChange={(channels) =>
          // The first rules are off until a channel is named.
          change({ channels, enabled: rule.enabled || !rule.channels.length })
        }
      />
      <TimeFields rule={rule} onChange={change} />
      <label class="broad">
        Note, which messages show
        <input
          value={rule.note}
          maxLength={500}
          autocomplete="off"
          onInput={({ currentTarget }) => change({ note: currentTarget.value })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={rule.enabled}
          onChange={({ currentTarget }) => change({ enabled: currentTarget.checked })}
        />
        On: a rule that is off can be tried first, and sends nothing
      </label>
      <FieldError text={problemsOf(error)} />
      <div class="dialog-buttons">
        <button type="submit" class="button primary" aria-busy={isBusy}>
          {isBusy ? "Saving…" : "Save the rule"}
        </button>
        <button type="button" class="button" onClick={onDone}>
          Discard what I typed
        </button>
      </div>
    </form>
  );
}

/** Return what a refusal says of each field. */
export function problemsOf(error: ApiError | undefined): string | undefined {
  if (!error) return undefined;
  return error.refused.map(refusalText).join(". ") || error.message;
}

function ScopeField({ rule, subjects, onChange }: FieldsProps & { subjects: Subject[] }) {
  const communities = useCommunities().data?.subreddits ?? [];
  return (
    <label>
      About
      <select
        value={rule.scope}
        onChange={({ currentTarget }) => onChange({ scope: currentTarget.value })}
      >
        <option value="all">Everything</option>
        {subjects.map(({ id, name }) => (
          <option key={id} value={`subject:${id}`}>
            {name}
          </option>
        ))}
        {communities.map((each) => (
          <option key={each} value={`community:${each}`}>
            {communityName(each)}
          </option>
        ))}
      </select>
    </label>
  );
}

function ConditionFields({ rule, onChange }: FieldsProps) {
  const { condition } = rule;
  const { about, directions } = CONDITIONS[condition.type];
  const edit = (changes: Partial<Rule["condition"]>) =>
    onChange({ condition: { ...condition, ...changes } });
  return (
    <>
      <label>
        When
        <select
          value={condition.type}
          onChange={({ currentTarget }) =>
            onChange({ condition: conditionOf(currentTarget.value as ConditionType) })
          }
        >
          {Object.entries(CONDITIONS).map(([type, { name }]) => (
            <option key={type} value={type}>
              {name}
            </option>
          ))}
        </select>
        <span class="muted about">{about}</span>
      </label>
      {directions && (
        <label>
          Direction
          <select
            value={condition.direction ?? directions[0]}
            onChange={({ currentTarget }) =>
              edit({ direction: currentTarget.value as (typeof directions)[number] })
            }
          >
            {directions.map((each) => (
              <option key={each} value={each}>
                {DIRECTIONS[each]}
              </option>
            ))}
          </select>
        </label>
      )}
      {condition.above !== null && (
        <NumberField
          label="Above, in percent"
          value={PERCENT * (condition.above ?? 0)}
          onChange={(value) => edit({ above: value / PERCENT })}
        />
      )}
      {condition.hours !== null && (
        <NumberField
          label="Hours"
          value={condition.hours ?? 1}
          onChange={(hours) => edit({ hours })}
        />
      )}
      {condition.q !== null && (
        <label class="broad">
          Words, as in the search of lists
          <input
            value={condition.q ?? ""}
            required
            maxLength={200}
            onInput={({ currentTarget }) => edit({ q: currentTarget.value })}
          />
        </label>
      )}
    </>
  );
}

interface NumberProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
}

function NumberField({ label, value, onChange }: NumberProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        min={0}
        value={Math.round(value)}
        required
        onInput={({ currentTarget }) => onChange(currentTarget.valueAsNumber || 0)}
      />
    </label>
  );
}

interface ChannelsProps {
  channels: Channel[];
  onChange: (channels: Channel[]) => void;
}

export function ChannelFields({ channels, onChange }: ChannelsProps) {
  const replace = (place: number, channel: Channel | null) =>
    onChange(
      channels.flatMap((each, index) => (index === place ? (channel ? [channel] : []) : [each])),
    );
  return (
    <fieldset class="channels">
      <legend>Channels</legend>
      {channels.map((each, place) => (
        <ChannelField key={place} channel={each} onChange={(channel) => replace(place, channel)} />
      ))}
      {channels.length < MAX_CHANNELS && (
        <button
          type="button"
          class="button"
          onClick={() => onChange([...channels, { type: "email", to: null, secret: null }])}
        >
          Add a channel
        </button>
      )}
    </fieldset>
  );
}

interface ChannelProps {
  channel: Channel;
  /** null: without it. */
  onChange: (channel: Channel | null) => void;
}

function ChannelField({ channel, onChange }: ChannelProps) {
  const { name, to, secret } = CHANNELS[channel.type];
  return (
    <div class="one-line">
      <select
        class="short"
        aria-label="Kind of channel"
        value={channel.type}
        onChange={({ currentTarget }) =>
          onChange({ ...channel, type: currentTarget.value as ChannelType, secret: null })
        }
      >
        {Object.entries(CHANNELS).map(([type, each]) => (
          <option key={type} value={type}>
            {each.name}
          </option>
        ))}
      </select>
      <label>
        {to}
        <input
          value={channel.to ?? ""}
          maxLength={1000}
          autocomplete="off"
          spellcheck={false}
          onInput={({ currentTarget }) => onChange({ ...channel, to: currentTarget.value || null })}
        />
      </label>
      {secret && (
        <label>
          {secret}
          <input
            value={channel.secret ?? ""}
            maxLength={128}
            autocomplete="off"
            spellcheck={false}
            placeholder="NAME_OF_SETTING"
            onInput={({ currentTarget }) =>
              onChange({ ...channel, secret: currentTarget.value || null })
            }
          />
        </label>
      )}
      <button
        type="button"
        class="button"
        aria-label={`Remove the channel ${name}`}
        onClick={() => onChange(null)}
      >
        Remove
      </button>
    </div>
  );
}

function TimeFields({ rule, onChange }: FieldsProps) {
  const { quiet_hours: quiet, time_zone, cooldown } = rule;
  const cooldowns = COOLDOWNS.some(([each]) => each === cooldown)
    ? COOLDOWNS
    : ([...COOLDOWNS, [cooldown, `${cooldown} minutes`]] as const);
  return (
    <>
      <label class="check">
        <input
          type="checkbox"
          checked={quiet !== null}
          onChange={({ currentTarget }) =>
            onChange({ quiet_hours: currentTarget.checked ? { from: "22:00", to: "07:00" } : null })
          }
        />
        Quiet hours: messages wait for their end
      </label>
      {quiet && (
        <div class="one-line wide">
          {(["from", "to"] as const).map((end) => (
            <label key={end}>
              {end === "from" ? "From" : "To"}
              <input
                type="time"
                value={quiet[end]}
                required
                onInput={({ currentTarget }) =>
                  onChange({ quiet_hours: { ...quiet, [end]: currentTarget.value } })
                }
              />
            </label>
          ))}
          <label>
            Time zone
            <input
              value={time_zone}
              required
              maxLength={64}
              spellcheck={false}
              onInput={({ currentTarget }) => onChange({ time_zone: currentTarget.value })}
            />
          </label>
        </div>
      )}
      <label class="broad">
        After an incident has ended, the same again opens none for
        <select
          value={cooldown}
          onChange={({ currentTarget }) => onChange({ cooldown: Number(currentTarget.value) })}
        >
          {cooldowns.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}
