/** Where the keyboard's focus goes when a form opens and closes. */

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Return the ref of the button that opens a form: it has the focus again when the form closes. */
export function useReturningFocus(isOpen: boolean): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    if (wasOpen.current && !isOpen) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return button;
}
