/** A subject's first mentions, the newest or those in another order; the list has all. */

import type { SubjectCard } from "../api";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { isTooLong, OtherOrders, SortPicker } from "../components/sort_picker";
import { listOf } from "../components/subject_links";
import { windowText } from "../components/window_text";
import { now } from "../cycles";
import { windowFilter } from "../figures";
import { plural } from "../format";
import { address } from "../navigation";
import { MentionRow } from "../posts/mention_row";
import { type QueryState, useTopMentions } from "../queries";

export function FirstMentions({ card }: { card: SubjectCard }) {
  const { sort, hours } = address.value;
  const top = useTopMentions(card.id, hours, sort);
  const shown: QueryState<SubjectCard["newest"]> = sort
    ? top
    : { data: card.newest, error: undefined };
  const list = listOf(card.id, { ...windowFilter(card.window, now.value), sort });
  return (
    <section class="card first-mentions" aria-labelledby="mentions">
      <div class="card-head">
        <h2 id="mentions">Mentions</h2>
        <SortPicker hasScore count={card.mentions} />
      </div>
      <DataState
        state={shown}
        skeleton={<Skeleton height={88} rows={5} />}
        hint={shown.error && isTooLong(shown.error) && <OtherOrders hasScore />}
      >
        {(mentions) =>
          mentions.length ? (
            <>
              <ol class="mentions">
                {mentions.map((each) => (
                  <MentionRow
                    key={`${each.kind}:${each.id}`}
                    mention={each}
                    to={list}
                    heading="h3"
                  />
                ))}
              </ol>
              <p>
                <Link class="button" to={list}>
                  All {plural(card.mentions, "mention")}
                </Link>
              </p>
            </>
          ) : (
            <EmptyNote title={`Nobody mentioned it in ${windowText(hours)}.`} />
          )
        }
      </DataState>
    </section>
  );
}
