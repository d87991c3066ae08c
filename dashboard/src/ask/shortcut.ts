/** The key that leads to the box for questions from everywhere: a slash, unless somebody types. */

import { address, go } from "../navigation";
import { newQuestion } from "./text";

export const BOX_ID = "ask-question";
const FIELDS = "input, textarea, select, [contenteditable]";
/** Whether the box takes the focus as soon as it is there. */
let isWanted = false;

/** Return whether the shortcut led to the view, once. */
export function takesFocus(): boolean {
  const wanted = isWanted;
  isWanted = false;
  return wanted;
}

/** Lead to the box when the key is pressed. Return what ends this. */
export function watchShortcut(): () => void {
  document.addEventListener("keydown", lead);
  return () => document.removeEventListener("keydown", lead);
}

function lead(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey, target } = event;
  if (key !== "/" || ctrlKey || metaKey || altKey || event.defaultPrevented) return;
  if (target instanceof Element && target.closest(FIELDS)) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (address.value.view !== "ask") {
    isWanted = true;
    go(newQuestion());
    return;
  }
  const box = document.getElementById(BOX_ID);
  if (box instanceof HTMLInputElement) box.select();
  box?.focus();
}
