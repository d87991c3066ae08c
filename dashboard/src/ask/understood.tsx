/** What a question was taken to ask, first of all: a reader sees whether it was misunderstood. */

import type { ComponentChildren } from "preact";
import { Link } from "../components/link";
import { Marked } from "../components/marked";
import { formatSpan } from "../format";
import type { Understood } from "./api";
import { isOfDays, scopeView, searchView, spanView, understoodWords } from "./text";

interface Props {
  question: string;
  understood: Understood;
}

export function UnderstoodCard({ question, understood }: Props) {
  const { sentence, scopes, search, start, end, span_words } = understood;
  const span = spanView(understood);
  return (
    <section class="ask-understood" aria-labelledby="ask-understood">
      <h2 id="ask-understood">
        <span class="hidden">Understood of the question: </span>
        <Marked text={question} words={understoodWords(question, understood)} />
      </h2>
      <p class="ask-taken">
        <span class="muted">Understood as</span> {sentence}
      </p>
      <dl>
        {scopes.length > 0 && (
          <Part name="About">
            {scopes.map(({ scope, name, words }, place) => (
              <span key={scope}>
                {place > 0 && ", "}
                <Link to={scopeView(scope, understood)}>{name}</Link>
                <Named words={words} unless={name} />
              </span>
            ))}
          </Part>
        )}
        {span && (
          <Part name={isOfDays(understood) ? "Time" : "In your time"}>
            <Link to={span}>{formatSpan(start, end)}</Link>
            <Named words={span_words} unless="" />
          </Part>
        )}
        {search !== null && (
          <Part name="Words">
            <Link to={searchView(understood)}>{search}</Link>
          </Part>
        )}
      </dl>
    </section>
  );
}

function Part({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt class="muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Say by which words of the question something was named, or that none did. */
function Named({ words, unless }: { words: string; unless: string }) {
  if (words.toLowerCase() === unless.toLowerCase() && words) return null;
  return <span class="muted"> {words ? `(“${words}”)` : "(not named)"}</span>;
}
