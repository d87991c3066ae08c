/** Trending: the topics of the last day, over all, of one community, or of a subject. */

import { CommunityPicker, SubjectPicker } from "../components/pickers";
import { address } from "../navigation";
import { TrendingCard } from "./card";

export function Trending() {
  return (
    <div>
      <div class="bar">
        <h1>Trending</h1>
        <SubjectPicker all="Any subject" />
        <CommunityPicker />
      </div>
      <TrendingCard isWhole heading="Topics" subject={address.value.subject} />
    </div>
  );
}
