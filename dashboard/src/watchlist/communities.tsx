/** The communities that are collected. */

import { useState } from "preact/hooks";
import { Link } from "../components/link";
import { communityName, plural } from "../format";
import { useAction } from "../request";
import type { Community } from "./api";
import { addCommunity, removeCommunity } from "./changes";

export function CommunityList({ communities }: { communities: Community[] }) {
  return (
    <section class="card" aria-labelledby="watched-communities">
      <div class="card-head">
        <h2 id="watched-communities">Communities</h2>
        <p class="muted">{plural(communities.length, "community", "communities")}</p>
      </div>
      <AddCommunity />
      <ul class="watch-rows">
        {communities.map((each) => (
          <CommunityRow key={each.id} community={each} />
        ))}
      </ul>
    </section>
  );
}

function CommunityRow({ community }: { community: Community }) {
  const { id, query, address } = community;
  const { run, isBusy, error } = useAction(() => removeCommunity(community));
  return (
    <li>
      <p class="watch-name">
        <Link to={{ view: "communities", subreddit: id, subject: null }}>{communityName(id)}</Link>
      </p>
      <p class="muted watch-words">{query ?? address}</p>
      <button
        type="button"
        class="button"
        disabled={isBusy}
        aria-label={`Remove ${communityName(id)}`}
        onClick={run}
      >
        Remove
      </button>
      {error && (
        <p class="warning" role="alert">
          {error.message}
        </p>
      )}
    </li>
  );
}

/** What else a community of a source needs, by the beginning of its id. */
const NEEDS: Record<string, { name: "query" | "address"; label: string; hint: string }> = {
  "hn.": { name: "query", label: "Words to look for", hint: "none: the words of its name" },
  "forum.": { name: "address", label: "Address of the forum", hint: "https://…" },
};

function AddCommunity() {
  const [id, setId] = useState("");
  const [more, setMore] = useState("");
  const named = id.trim().replace(/^\/?r\//i, "");
  const needs = Object.entries(NEEDS).find(([prefix]) => named.startsWith(prefix))?.[1];
  const { run, isBusy, error } = useAction(async () => {
    const given = more.trim() || null;
    await addCommunity({
      id: named,
      query: needs?.name === "query" ? given : null,
      address: needs?.name === "address" ? given : null,
    });
    setId("");
    setMore("");
  });
  return (
    <form
      class="add"
      onSubmit={(event) => {
        event.preventDefault();
        if (named) run();
      }}
    >
      <div class="one-line">
        <label>
          <span class="hidden">Community to add</span>
          <input
            value={id}
            maxLength={200}
            placeholder="r/NAME or hn.NAME"
            aria-describedby="community-ids"
            autocomplete="off"
            spellcheck={false}
            aria-invalid={Boolean(error)}
            onInput={({ currentTarget }) => setId(currentTarget.value)}
          />
        </label>
        {needs && (
          <label>
            <span class="hidden">{needs.label}</span>
            <input
              value={more}
              maxLength={200}
              placeholder={`${needs.label} (${needs.hint})`}
              autocomplete="off"
              onInput={({ currentTarget }) => setMore(currentTarget.value)}
            />
          </label>
        )}
        <button type="submit" class="button" disabled={!named || isBusy}>
          Add a community
        </button>
      </div>
      <p class="muted community-ids" id="community-ids">
        A subreddit as r/NAME, a query of Hacker News as hn.NAME, a Discourse forum as forum.NAME, a
        repository as github.OWNER.REPOSITORY.
      </p>
      {error && (
        <p class="warning" role="alert">
          {error.message}
        </p>
      )}
    </form>
  );
}
