/** What moved a subject: the effects of its communities, ranked, and in a sentence. */

import type { SubjectCard } from "../api";
import { MIN_ITEMS, scoredCount, significantChange } from "../figures";
import { baselineName, communityName, partOf, plural, signed } from "../format";

export type CommunityFigures = SubjectCard["by_community"][number];
type Moved = Pick<SubjectCard, "change" | "by_community" | "effect_of_others"> &
  Partial<Pick<SubjectCard, "before">>;

/** An effect by which a community is named; less is shown as nothing. */
const MIN_EFFECT = 0.0005;
const MAX_SHOWN = 5;
/** A community with this part of the change made most of it. */
const MOST = 0.5;
/** One with this part is named beside the first, and one against the change, too. */
const SOME = 0.2;
/** Fewer of the hours aren't compared: MIN_KNOWN in shared/stats/compare.py. */
const MIN_KNOWN = 0.5;

/** A community that is compared by itself. */
export type Contributor = CommunityFigures & {
  effect: number;
  change: NonNullable<CommunityFigures["change"]>;
};

export interface Effects {
  /** The communities with the largest effects, whatever their sign. */
  shown: Contributor[];
  /** The number of watched communities that are not shown. */
  others: number;
  /** The effect of all that is not shown, so that the list adds up to the change. */
  othersEffect: number;
}

/** Return the effects of a subject's communities, the largest first. */
export function rankEffects({ change, by_community }: Moved): Effects {
  const ranked = by_community
    .filter((each): each is Contributor => each.effect !== null && each.change !== null)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  const named = ranked.filter(({ effect }) => Math.abs(effect) >= MIN_EFFECT);
  // One more takes no more room than "1 other".
  const isOneMore = by_community.length === MAX_SHOWN + 1;
  const shown = named.slice(0, isOneMore ? MAX_SHOWN + 1 : MAX_SHOWN);
  const sum = shown.reduce((all, { effect }) => all + effect, 0);
  return {
    shown,
    others: by_community.length - shown.length,
    othersEffect: (change.avg_sentiment ?? 0) - sum,
  };
}

/** Return what moved the subject, or why that can't be said, in one sentence. */
export function movedSentence(card: Moved, hours: number): string {
  const { change } = card;
  const before = baselineName(hours, card.before);
  const moved = significantChange(card);
  if (moved !== null) {
    const amount = signed(Math.abs(moved), 2).replace(/^\+/, "");
    const size = Number(amount) ? amount : "less than 0.01";
    return `${moved > 0 ? "Up" : "Down"} ${size} on ${before}: ${sources(card, moved)}.`;
  }
  const why = change.reason ?? change.verdict;
  return WHY_NOT[why as keyof typeof WHY_NOT](change, before, hours);
}

type Why = (change: SubjectCard["change"], before: string, hours: number) => string;

const WHY_NOT = {
  no_clear_change: ({ avg_sentiment, by_thread }, before) => {
    const [low, high] = by_thread?.interval ?? [];
    const range =
      low === undefined || high === undefined
        ? ""
        : `; weighed by thread, between ${signed(low, 2)} and ${signed(high, 2)}`;
    return `No clear change: ${signed(avg_sentiment ?? 0, 2)} on ${before}${range}.`;
  },
  too_few: ({ statistics, previous }, before) =>
    statistics.few || previous.few
      ? `Too few mentions to say: ${scoredCount(statistics)}, and ${scoredCount(previous)} in ${before}, of ${MIN_ITEMS} at least.`
      : `Too few threads to say: nearly all mentions now, or in ${before}, are from one or two.`,
  mixed_methods: (_, before) =>
    `Not to be said: another method of sentiment scored a part of it or of ${before}.`,
  no_earlier_data: ({ hours: known, previous }, before, hours) => {
    if (known < MIN_KNOWN * hours)
      return `Nothing to compare with: only ${known} of ${plural(hours, "hour")} were observed both now and in ${before}.`;
    if (!previous.total) return `Nothing to compare with: there are no mentions from ${before}.`;
    return `Too little to compare with: ${plural(previous.total, "mention")} in ${before}.`;
  },
  not_collected: ({ behind }) =>
    `Not to be said yet: ${behind.map(communityName).join(", ")} ${behind.length === 1 ? "was" : "were"} not collected up to now.`,
} satisfies Record<string, Why>;

/** Return what is said of a thread with more than half of the mentions; null without one. */
export function giantSentence({ change, before }: Pick<Moved, "change" | "before">, hours: number) {
  if (!change.giant) return null;
  const { share, side } = change.giant;
  const when = side === "statistics" ? "now" : `in ${baselineName(hours, before)}`;
  return `One thread has ${partOf(share)} of the mentions ${when}: nothing is claimed that it alone makes.`;
}

/** Return the communities that a clear change came from. */
function sources(card: Moved, moved: number): string {
  const parts = card.by_community
    .map(({ community, effect }) => ({
      name: communityName(community),
      part: (effect ?? 0) / moved,
    }))
    .sort((a, b) => b.part - a.part);
  const [first, second] = parts;
  const last = parts.at(-1);
  if (!first || first.part <= 0) return "from communities that aren't compared by themselves";
  if (!second) return `all of it from ${first.name}`;
  const against = last && last.part <= -SOME ? `, against ${last.name}` : "";
  if (first.part >= MOST) {
    const some = second.part >= SOME ? `, and some from ${second.name}` : "";
    return `most from ${first.name}${some}${against}`;
  }
  if (first.part + second.part >= MOST)
    return `most from ${first.name} and ${second.name}${against}`;
  return `from many communities, the largest part from ${first.name}${against}`;
}
