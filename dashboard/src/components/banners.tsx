/** Banners about the origin and the age of the figures. */

import type { Health } from "../api";
import { hasBadSetting, lastResponse, unreachableSince } from "../connection";
import { health, lastEnded, now, retryNow } from "../cycles";
import { age, timeOfDay } from "../format";
import { useCommunities } from "../queries";
import { PageErrorBanner } from "./error_boundary";
import { Link } from "./link";

/** How health begins a reason that only repeats the age; the banner writes its own. */
const STALE = "The last collection was at";
const ORIGINS = {
  sample: "This is sample data: invented, so that you can look around.",
  recorded: "This is recorded data: real posts, but from another time.",
};

export function Banners() {
  return (
    <>
      <PageErrorBanner />
      {hasBadSetting.value ? <SettingBanner /> : <UnreachableBanner />}
      <StaleBanner />
      <OriginBanner />
    </>
  );
}

function OriginBanner() {
  const origin = useCommunities().data?.origin;
  if (!origin || origin === "live") return null;
  return (
    <div class="banner origin">
      <p>
        <b>{ORIGINS[origin]}</b>{" "}
        <span class="wide-only">
          For live talk, which needs no account, start with a database of its own:{" "}
          <code>make run ORIGIN=live SQLITE_PATH=.data/live.db</code>
        </span>
      </p>
    </div>
  );
}

function SettingBanner() {
  return (
    <div class="banner bad" role="alert">
      <p>
        <b>A setting of the app is missing or bad, so that it can show and collect nothing.</b> The
        app's log says which, and what it takes: look for <code>request.failed</code>. On Azure the
        log is in Application Insights, table <code>traces</code>; <code>docs/runbook.md</code> says
        how to read it.
      </p>
      <button type="button" class="button" onClick={retryNow}>
        Try again now
      </button>
    </div>
  );
}

function UnreachableBanner() {
  const since = unreachableSince.value;
  if (since === null) return null;
  return (
    <div class="banner bad" role="alert">
      <p>
        <b>The server or its database hasn't answered since {timeOfDay(since)}.</b> What you see is
        from {timeOfDay(lastResponse.value)}; it is asked again every few seconds.
      </p>
      <button type="button" class="button" onClick={retryNow}>
        Try again now
      </button>
    </div>
  );
}

function StaleBanner() {
  const current = health.value;
  if (current?.status !== "degraded") return null;
  const reason = lastEnded.value?.errors[0]?.message;
  return (
    <div class="banner bad" role="status">
      <p>
        <b>{staleReason(current)}</b> {reason && `The last attempt failed: ${reason}. `}
        <Link to={{ view: "collection" }}>See what collection did</Link>
      </p>
    </div>
  );
}

/** Return what is wrong. A worker may be unable to write before the data is old. */
function staleReason({ reason, application }: Health): string {
  const last = application.last_collection_at;
  if (!last) return "No collection has succeeded yet.";
  if (reason && !reason.startsWith(STALE)) return reason;
  return `The data is old: it was last collected ${age(last, now.value)}.`;
}
