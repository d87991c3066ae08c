/** A search box. It searches when typing pauses. */

import { useEffect, useRef, useState } from "preact/hooks";

const PAUSE_MS = 400;

interface Props {
  label: string;
  value: string;
  onSearch: (q: string) => void;
}

export function Search({ label, value, onSearch }: Props) {
  const [typed, setTyped] = useState(value);
  const searched = useRef(value);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => {
    // The value echoes the box's own search while typing goes on.
    if (value === searched.current) return;
    clearTimeout(timer.current);
    searched.current = value;
    setTyped(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <label class="search">
      <span class="hidden">{label}</span>
      <input
        type="search"
        placeholder={label}
        maxLength={200}
        value={typed}
        onInput={({ currentTarget }) => {
          setTyped(currentTarget.value);
          const words = currentTarget.value.trim();
          clearTimeout(timer.current);
          timer.current = setTimeout(() => {
            searched.current = words;
            onSearch(words);
          }, PAUSE_MS) as unknown as number;
        }}
      />
    </label>
  );
}
