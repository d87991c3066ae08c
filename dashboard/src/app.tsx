/** The page: its head, what everyone must know, and one of the views. */

import { useEffect } from "preact/hooks";
import { address, href } from "./address";
import { Collection } from "./collection";
import { Compare } from "./compare";
import { health } from "./cycles";
import { hasBadSetting } from "./data";
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

export function App() {
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
      <main id="main" tabIndex={-1}>
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
