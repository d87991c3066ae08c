/** Charts on paper: a canvas keeps its pixels, so charts are drawn again at the width of the paper. */

/** The page has the paper's width while this class is on it: styles/print.css. */
const PRINTING = "printing";
type Resize = () => void;
const charts = new Set<Resize>();

/** Return a function that ends this: `resize` is called before printing and after it. */
export function onPrint(resize: Resize): () => void {
  charts.add(resize);
  return () => charts.delete(resize);
}

function layOut(isPrinting: boolean): void {
  document.documentElement.classList.toggle(PRINTING, isPrinting);
  for (const resize of charts) resize();
}

addEventListener("beforeprint", () => layOut(true));
addEventListener("afterprint", () => layOut(false));
