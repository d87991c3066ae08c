/** Says that rules have changed, and that stored items are being matched by the new ones. */

import { plural } from "../format";
import { Link } from "./link";

/** More subjects than this are counted, not named. */
const MAX_NAMED = 4;

export function RematchingBanner({ names }: { names: string[] }) {
  if (!names.length) return null;
  const whose = names.length > MAX_NAMED ? plural(names.length, "subject") : names.join(", ");
  return (
    <div class="banner calm" role="status">
      <p>
        <b>The rules of {whose} have changed.</b> What is stored is being matched again, newest
        first: these figures may still change.{" "}
        <Link to={{ view: "collection" }}>See how far it has come</Link>
      </p>
    </div>
  );
}

/** The same beside one subject's figures. */
export function RematchingMark() {
  return (
    <span class="language" title="Its rules have changed: what is stored is being matched again">
      being matched again
    </span>
  );
}
