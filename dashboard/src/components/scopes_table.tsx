/** The means of several scopes over time as a table: a row for each step, a column for each scope. */

import { NO_FILTER } from "../address";
import type { ChartStep } from "../figures";
import { plural, score } from "../format";
import { MarkersInRow } from "../markers/layer";
import { markersByStep, type PlacedMarker } from "../markers/placing";
import { Link } from "./link";
import { ScrollRegion } from "./scroll_region";
import { meanText, partialText, stepTime, uncollectedText } from "./step_text";
import { scopeAddress } from "./subject_links";

/** A scope over time. */
export interface Trend {
  scope: string;
  name: string;
  steps: ChartStep[];
}

interface Props {
  /** What the table is called. */
  name: string;
  trends: Trend[];
  placed: PlacedMarker[];
}

export function ScopesTable({ name, trends, placed }: Props) {
  const steps = trends[0]?.steps ?? [];
  const markers = markersByStep(placed, steps.length);
  return (
    <ScrollRegion name={name}>
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            {trends.map((trend) => (
              <th scope="col" class="community" key={trend.scope}>
                {trend.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((span, at) => (
            <tr key={span.end}>
              <th scope="row">
                {stepTime(span)}
                <MarkersInRow markers={markers.get(at)} />
              </th>
              {trends.map(({ scope, steps: trendSteps }) => (
                <td key={scope}>
                  <StepCell scope={scope} step={trendSteps[at]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function StepCell({ scope, step }: { scope: string; step: ChartStep | undefined }) {
  if (step?.isUncollected) return <>{uncollectedText(step)}</>;
  if (!step?.total) return <>{score(null)}</>;
  const { start, end, total } = step;
  return (
    <>
      {meanText(step)}{" "}
      <Link to={{ view: "posts", ...scopeAddress(scope), ...NO_FILTER, kind: "items", start, end }}>
        {plural(total, "item")}
      </Link>
      {partialText(step)}
    </>
  );
}
