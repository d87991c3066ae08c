/** Storage for this tab: the browser's, or the page's own memory when the browser refuses. */

export interface TabStorage {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

export const tabStorage: TabStorage = browsers() ?? ofThePage();

function browsers(): TabStorage | undefined {
  const probe = "undertone-probe";
  try {
    sessionStorage.setItem(probe, "");
    sessionStorage.removeItem(probe);
    return sessionStorage;
  } catch {
    return undefined;
  }
}

function ofThePage(): TabStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
  };
}
