/** What stands in the place of an answer that hasn't come. */

import { useEffect, useState } from "preact/hooks";
import { Skeleton } from "../components/data_state";

/** Most answers take less. */
const SLOW_MS = 4_000;

export function Waiting() {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="ask-waiting">
      <p class="muted" role="status">
        {isSlow ? "It takes longer than usual: long spans and rare words do." : ""}
      </p>
      <Skeleton height={110} rows={2} />
    </div>
  );
}
