/** Where the API marks words in a text. */

/** Split a text so that every second part is marked. Marks count code points, as Python does. */
export function splitAtMarks(text: string, marks: [number, number][]): string[] {
  const points = [...text];
  const parts: string[] = [];
  let at = 0;
  for (const [begin, end] of marks) {
    parts.push(points.slice(at, begin).join(""), points.slice(begin, end).join(""));
    at = end;
  }
  return [...parts, points.slice(at).join("")];
}
