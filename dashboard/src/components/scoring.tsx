/** Says how many stored items wait for the method of sentiment, and which one is in force. */

import type { Health } from "../api";
import { health } from "../cycles";
import { count, dateTime, plural } from "../format";

type Scoring = NonNullable<Health["sentiment"]>;

/** A card while items wait, or while another method than the chosen one is in force. */
export function ScoringCard() {
  const scoring = health.value?.sentiment;
  if (!scoring || !(scoring.waiting || scoring.reason)) return null;
  return (
    <section class="card" aria-labelledby="scoring">
      <h2 id="scoring">Scoring</h2>
      {scoring.reason && (
        <p class="warning">
          {nameOf(scoring.wanted)} {scoring.waiting ? "scores nothing now" : "can't score here"}, so{" "}
          {nameOf(scoring.method)} does: {scoring.reason}
        </p>
      )}
      {scoring.waiting > 0 && <p role="status">{waitingText(scoring)}</p>}
      {scoring.failed > 0 && (
        <p class="warning">
          {count(scoring.failed)} of them couldn't be scored, and are tried again after an hour. The
          log says why.
        </p>
      )}
    </section>
  );
}

function waitingText({ waiting, wanted, stands_in, oldest_waiting, newest_waiting }: Scoring) {
  const who = `${plural(waiting, "item")} ${waiting === 1 ? "waits" : "wait"} for ${nameOf(wanted)}`;
  const until = stands_in
    ? `scored by ${nameOf(stands_in)} until then`
    : "scored by another method until then";
  const span =
    oldest_waiting && newest_waiting && oldest_waiting !== newest_waiting
      ? ` The newest come first: from ${dateTime(newest_waiting)} back to ${dateTime(oldest_waiting)}.`
      : "";
  return `${who}; ${until}.${span}`;
}

/** A method's name without its version. */
function nameOf(method: string): string {
  return method.split(" ")[0] ?? method;
}
