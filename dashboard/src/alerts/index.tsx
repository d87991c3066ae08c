/** Alerts: what rules found, what was sent of it, and the rules. */

import { useState } from "preact/hooks";
import { DataState, EmptyNote, Skeleton } from "../components/data_state";
import { Link } from "../components/link";
import { hasKey } from "../function_key";
import { address } from "../navigation";
import { useAction } from "../request";
import { readOlder, useIncidents } from "./api";
import { DigestList } from "./digests";
import { IncidentRow, OneIncident } from "./incidents";
import { RuleList } from "./rules";

export function Alerts() {
  const { incident } = address.value;
  return (
    <div class="alerts watchlist">
      <div class="bar">
        <h1>Alerts</h1>
        {incident && (
          <Link class="button" to={{ incident: null }}>
            All alerts
          </Link>
        )}
      </div>
      {incident ? (
        <OneIncident key={incident} id={incident} />
      ) : (
        <>
          <IncidentList />
          <RulesCard />
          <DigestsCard />
        </>
      )}
    </div>
  );
}

function IncidentList() {
  const state = useIncidents();
  return (
    <section class="card" aria-labelledby="incidents">
      <div class="card-head">
        <h2 id="incidents">Incidents</h2>
        <p class="muted">what rules found, newest first</p>
      </div>
      <DataState state={state} skeleton={<Skeleton height={52} rows={3} />}>
        {({ list, next }) =>
          list.length ? (
            <>
              <ul class="incident-rows">
                {list.map((each) => (
                  <IncidentRow key={each.id} incident={each} />
                ))}
              </ul>
              {next && <Older next={next} />}
            </>
          ) : (
            <EmptyNote title="No incidents yet.">
              The first look of a rule opens none: what was there before it is no news.
            </EmptyNote>
          )
        }
      </DataState>
    </section>
  );
}

function Older({ next }: { next: string }) {
  const { run, isBusy } = useAction(() => readOlder(next));
  return (
    <button type="button" class="button" aria-busy={isBusy} onClick={run}>
      Older incidents
    </button>
  );
}

/** Rules have addresses of people: they are shown to those who have the key. */
function RulesCard() {
  const [isShown, setShown] = useState(hasKey);
  return (
    <section class="card" aria-labelledby="alert-rules">
      <div class="card-head">
        <h2 id="alert-rules">Rules</h2>
        <p class="muted">when to say something, and where</p>
      </div>
      {isShown ? (
        <RuleList />
      ) : (
        <p>
          <button type="button" class="button" onClick={() => setShown(true)}>
            Show the rules
          </button>{" "}
          <span class="muted">
            It needs the app's function key: rules have addresses of people.
          </span>
        </p>
      )}
    </section>
  );
}

function DigestsCard() {
  const [isShown, setShown] = useState(hasKey);
  return (
    <section class="card" aria-labelledby="alert-digests">
      <div class="card-head">
        <h2 id="alert-digests">Digests</h2>
        <p class="muted">what changed in a day or a week, sent at its hour</p>
      </div>
      {isShown ? (
        <DigestList />
      ) : (
        <p>
          <button type="button" class="button" onClick={() => setShown(true)}>
            Show the digests
          </button>{" "}
          <span class="muted">
            It needs the app's function key: digests have addresses of people.
          </span>
        </p>
      )}
    </section>
  );
}
