/** An open post covers narrow windows: what is below can be neither focused nor scrolled. */

import { computed, signal } from "@preact/signals";
import { address } from "../navigation";

/** The same width as in styles/responsive.css. */
const narrow = matchMedia("(max-width: 900px)");
const isNarrow = signal(narrow.matches);
narrow.addEventListener("change", () => {
  isNarrow.value = narrow.matches;
});

export const isOverlayOpen = computed(
  () => isNarrow.value && address.value.view === "posts" && address.value.post !== null,
);
