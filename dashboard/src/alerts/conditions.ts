/** What the conditions of rules are called, and what each takes. */

import type { ChannelType, Condition, ConditionType } from "./api";

type Direction = NonNullable<Condition["direction"]>;

interface Taken {
  name: string;
  /** What a person reads of it below the choice. */
  about: string;
  directions?: readonly Direction[];
  takesShare?: true;
  takesWords?: true;
  takesHours?: true;
}

export const CONDITIONS: Record<ConditionType, Taken> = {
  mood: {
    name: "Mood",
    about: "It fell or rose beyond chance, within a day or slowly over a week.",
    directions: ["any", "worse", "better"],
  },
  volume: {
    name: "Volume",
    about: "More is said than at the same weekday and hour of the four weeks before.",
    directions: ["up", "down", "any"],
  },
  topic: { name: "Topic", about: "A topic is new, or grows fast." },
  negative_share: {
    name: "Negative share",
    about: "The negative part of what is said is above a bound, beyond chance.",
    takesShare: true,
    takesHours: true,
  },
  mention: {
    name: "A mention that spreads",
    about: "One item reaches more than 99 in 100 others.",
  },
  share_of_voice: {
    name: "Share of voice",
    about: "A subject's share of what is said of all moved beyond chance in a week.",
    directions: ["any", "up", "down"],
  },
  search: { name: "Search", about: "Something new has these words.", takesWords: true },
  coverage: {
    name: "Coverage",
    about: "A community isn't observed, or its source is blocked.",
    takesHours: true,
  },
  collection: { name: "Collection", about: "No collection completes.", takesHours: true },
};

export const CHANNELS: Record<ChannelType, { name: string; to: string; secret: string }> = {
  email: {
    name: "E-mail",
    to: "Addresses, separated by commas; each gets its own mail",
    secret: "",
  },
  slack: { name: "Slack", to: "Address of the web hook", secret: "or the setting that holds it" },
  teams: { name: "Teams", to: "Address of the web hook", secret: "or the setting that holds it" },
  discord: {
    name: "Discord",
    to: "Address of the web hook",
    secret: "or the setting that holds it",
  },
  webhook: { name: "Webhook", to: "Address", secret: "Setting that holds its secret" },
  apprise: { name: "Apprise", to: "Apprise address", secret: "or the setting that holds it" },
};

export const DIRECTIONS: Record<Direction, string> = {
  any: "either way",
  worse: "gets worse",
  better: "gets better",
  up: "goes up",
  down: "goes down",
};

/** The defaults of the API, so that a form shows what will be stored. */
const DEFAULT_SHARE = 0.5;
const DEFAULT_HOURS: Partial<Record<ConditionType, number>> = {
  negative_share: 24,
  coverage: 3,
  collection: 3,
};

/** Return a condition of a type with its defaults. */
export function conditionOf(type: ConditionType): Condition {
  const { directions, takesShare, takesWords } = CONDITIONS[type];
  return {
    type,
    direction: directions?.[0] ?? null,
    above: takesShare ? DEFAULT_SHARE : null,
    q: takesWords ? "" : null,
    hours: DEFAULT_HOURS[type] ?? null,
  };
}

/** Return what a rule looks for in a few words. */
export function conditionText({ type, direction, above, q, hours }: Condition): string {
  const { name } = CONDITIONS[type];
  const parts = [
    direction && DIRECTIONS[direction],
    above !== null && above !== undefined && `above ${Math.round(100 * above)}%`,
    q && `“${q}”`,
    hours && `${hours} h`,
  ];
  return [name, ...parts.filter(Boolean)].join(" · ");
}
