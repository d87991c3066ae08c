/** A small chart beside the figures it shows. */

export function Sparkline({ values, name }: { values: number[]; name: string }) {
  const max = Math.max(1, ...values);
  const width = 100 / values.length;
  return (
    <svg
      class="sparkline"
      viewBox="0 0 100 24"
      preserveAspectRatio="none"
      role="img"
      aria-label={name}
    >
      {values.map((value, number) => (
        <rect
          key={number}
          x={number * width + width * 0.12}
          width={width * 0.76}
          y={24 - Math.max(0.75, (24 * value) / max)}
          height={Math.max(0.75, (24 * value) / max)}
        />
      ))}
    </svg>
  );
}
