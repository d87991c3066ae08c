/** Says that rules have changed, and that stored items are being matched by the new ones. */

import { useEffect } from "preact/hooks";
import { plural } from "../format";
import { reloadAll } from "../request";
import { Link } from "./link";

/** More subjects than this are counted, not named. */
const MAX_NAMED = 4;
/** How often figures are reloaded while they fill in. */
const RELOAD_MS = 5_000;

/** Name the subjects that are being matched again, and follow their figures until that ends. */
export function RematchingBanner({ names }: { names: string[] }) {
  const isOn = names.length > 0;
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => document.hidden || reloadAll(), RELOAD_MS);
    return () => clearInterval(timer);
  }, [isOn]);
  if (!isOn) return null;
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
