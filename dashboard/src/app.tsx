/** The page: its head, what everyone must know, and one of the views. */

import { useEffect } from "preact/hooks";
import { address, href } from "./address";
import { SUBREDDITS, type Subreddits } from "./api";
import { Collection } from "./collection";
import { Compare } from "./compare";
import { cycles, health } from "./cycles";
import { hasBadSetting, silentSince, useData } from "./data";
import { Overview } from "./overview";
import { Banners } from "./parts/banners";
import { Unbroken } from "./parts/broken";
import { Head } from "./parts/head";
import { Posts } from "./posts";

const VIEWS = {
  overview: { title: "Overview", view: Overview },
  compare: { title: "Compare", view: Compare },
  posts: { title: "Posts", view: Posts },
  collection: { title: "Collection", view: Collection },
};

/** Whether it is known what stands above a view: shown before, the view would jump down. */
function useIsKnown(): boolean {
  const { data, failure } = useData<Subreddits>(SUBREDDITS);
  const isSilent = silentSince.value !== null || hasBadSetting.value;
  return Boolean(data || failure) && (cycles.value !== undefined || isSilent);
}

export function App() {
  const isKnown = useIsKnown();
  const { title, view: View } = VIEWS[address.value.view];
  const { subreddit } = address.value;
  // Nothing was ever answered, and nothing will be: a view would wait for it.
  const isUnset = hasBadSetting.value && health.value === undefined;
  useEffect(() => {
    document.title = `${subreddit ? `r/${subreddit} · ` : ""}${title} · Undertone`;
  }, [title, subreddit]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the figures
      </a>
      <Unbroken of={href({})}>
        <Head />
      </Unbroken>
      <main id="main" tabIndex={-1} class={isKnown ? "" : "waiting"} aria-busy={!isKnown}>
        <Unbroken of={href({})}>
          <Banners />
          {isUnset ? null : <View />}
        </Unbroken>
      </main>
      <footer class="foot">
        <p>
          <a href="/api/v1/docs">API</a> · <a href="/api/v1/trending.atom">Trending as a feed</a> ·
          times are in your time zone, hours and days are counted in UTC
        </p>
      </footer>
    </>
  );
}
