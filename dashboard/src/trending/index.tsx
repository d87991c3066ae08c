/** Trending: the topics of the last day, over all or of one community. */

import { CommunityPicker } from "../components/pickers";
import { TrendingCard } from "./card";

export function Trending() {
  return (
    <div>
      <div class="bar">
        <h1>Trending</h1>
        <CommunityPicker />
      </div>
      <TrendingCard isWhole />
    </div>
  );
}
