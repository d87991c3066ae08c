/** Where an open post covers the page, what lies below it can be neither reached nor scrolled. */

import { computed, signal } from "@preact/signals";
import { address } from "../navigation";

/** As wide as the style sheet says that a post covers the page. */
const narrow = matchMedia("(max-width: 900px)");
const isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => {
  isNarrow.value = narrow.matches;
});

export const isOverlayOpen = computed(
  () => isNarrow.value && address.value.view === "posts" && address.value.post !== null,
);
