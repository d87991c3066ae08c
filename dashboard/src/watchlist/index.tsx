/** The watchlist: what is watched, and by which words. */

import { EmptyNote } from "../components/data_state";

export function Watchlist() {
  return (
    <div>
      <div class="bar">
        <h1>Watchlist</h1>
      </div>
      <EmptyNote title="The watchlist is edited through the API and by command.">
        <code>python -m local watchlist</code> shows it.
      </EmptyNote>
    </div>
  );
}
