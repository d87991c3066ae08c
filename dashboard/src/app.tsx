/** The page: header, banners, and one of the views. */

import { useEffect } from "preact/hooks";
import { lacking } from "./access";
import { Alerts } from "./alerts";
import { SUBJECT_PREFIX } from "./api";
import { Ask } from "./ask";
import { watchShortcut } from "./ask/shortcut";
import { Collection } from "./collection";
import { Communities } from "./communities";
import { Compare } from "./compare";
import { Banners } from "./components/banners";
import { ErrorBoundary } from "./components/error_boundary";
import { Header } from "./components/header";
import { KeyDialog } from "./components/key_dialog";
import { useScopeName } from "./components/scope_name";
import { SignIn, SignOut } from "./components/sign_in";
import { hasBadSetting, unreachableSince } from "./connection";
import { cycles, health, pollError } from "./cycles";
import { Digest } from "./digest";
import { communityName } from "./format";
import { address, href } from "./navigation";
import { Posts } from "./posts";
import { useCommunities } from "./queries";
import { Subjects } from "./subjects";
import { Trending } from "./trending";
import { Watchlist } from "./watchlist";

const VIEWS = {
  subjects: { title: "Subjects", view: Subjects },
  ask: { title: "Ask", view: Ask },
  digest: { title: "Digest", view: Digest },
  communities: { title: "Communities", view: Communities },
  compare: { title: "Compare", view: Compare },
  trending: { title: "Trending", view: Trending },
  posts: { title: "Posts", view: Posts },
  collection: { title: "Collection", view: Collection },
  watchlist: { title: "Watchlist", view: Watchlist },
  alerts: { title: "Alerts", view: Alerts },
};

/** Return whether the banners are known: a view that is shown earlier would jump down. */
function useIsReady(): boolean {
  const { data, error } = useCommunities();
  const isUnreachable = unreachableSince.value !== null || hasBadSetting.value;
  if (lacking.value) return true;
  const hasPolled = cycles.value !== undefined || pollError.value !== undefined;
  return Boolean(data || error) && (hasPolled || isUnreachable);
}

export function App() {
  const isReady = useIsReady();
  const { title, view: View } = VIEWS[address.value.view];
  const { view, question, subreddit: community, subject } = address.value;
  const nameOf = useScopeName(subject !== null);
  const scope = subject ? nameOf(SUBJECT_PREFIX + subject) : community && communityName(community);
  const about = view === "ask" ? question : scope;
  const access = health.value?.application.read_access;
  const isClosed = lacking.value !== undefined && health.value === undefined;
  // Without settings no view would ever get data.
  const isUnusable = hasBadSetting.value && health.value === undefined;
  useEffect(() => {
    document.title = `${about ? `${about} · ` : ""}${title} · Undertone`;
  }, [title, about]);
  useEffect(watchShortcut, []);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the figures
      </a>
      <ErrorBoundary resetKey={href({})}>
        <Header />
      </ErrorBoundary>
      <main id="main" tabIndex={-1} class={isReady ? "" : "waiting"} aria-busy={!isReady}>
        <ErrorBoundary resetKey={href({})}>
          {lacking.value ? <SignIn /> : <Banners />}
          {isUnusable || isClosed ? null : <View />}
        </ErrorBoundary>
      </main>
      <KeyDialog />
      <footer class="page-footer">
        <p>
          <a href="/api/v1/docs">API</a> · <a href="/api/v1/trending.atom">Trending as a feed</a> ·
          times are in your time zone, hours and days are counted in UTC
          {access && access !== "public" && (
            <>
              {" "}
              · <SignOut isSignedIn={access === "entra"} />
            </>
          )}
        </p>
      </footer>
    </>
  );
}
