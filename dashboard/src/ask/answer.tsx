/** The answer to a question: what was understood, the sentences, and what they rest on. */

import { dateTime, timeOfDay } from "../format";
import type { Answer } from "./api";
import { CopyLink } from "./copy_link";
import { EvidenceList, lookAt } from "./evidence";
import { type Cite, citesOf, numberItems, struckText } from "./text";
import { UnderstoodCard } from "./understood";

interface Props {
  answer: Answer;
  /** Ask a model the same. */
  onModel: () => void;
}

export function AnswerView({ answer, onModel }: Props) {
  const { question, understood, evidence, status } = answer;
  const isWorking = status === "working";
  return (
    <article
      id="ask-answer"
      class="ask-answer"
      tabIndex={-1}
      aria-label="Answer"
      aria-busy={isWorking}
    >
      <UnderstoodCard question={question} understood={understood} />
      <div class={evidence.length ? "ask-columns" : undefined}>
        <section class="card ask-said" aria-labelledby="ask-said">
          <h2 id="ask-said">Answer</h2>
          {isWorking && <Working answer={answer} />}
          <Sentences answer={answer} />
          <Cannot answer={answer} />
          <StruckParts answer={answer} />
          {!isWorking && answer.steps.length > 0 && (
            <details class="ask-others">
              <summary>What the model did</summary>
              <Steps answer={answer} />
            </details>
          )}
          {!isWorking && <Source answer={answer} onModel={onModel} />}
        </section>
        {evidence.length > 0 && <EvidenceList answer={answer} />}
      </div>
    </article>
  );
}

function Working({ answer }: { answer: Answer }) {
  return (
    <>
      <p class="ask-working">
        <span class="dot" aria-hidden="true" />A model works on it, since{" "}
        {timeOfDay(answer.steps[0]?.at ?? answer.at)}. The answer comes here, and to this address.
      </p>
      <Steps answer={answer} />
    </>
  );
}

/** What a model has done so far. */
function Steps({ answer: { status, steps } }: { answer: Answer }) {
  return (
    <ol class="ask-steps" aria-live={status === "working" ? "polite" : "off"}>
      {steps.map((each, place) => (
        <li key={place}>
          <span class="muted">{timeOfDay(each.at)}</span> {each.text}
        </li>
      ))}
    </ol>
  );
}

function Sentences({ answer }: { answer: Answer }) {
  const numbered = numberItems(answer);
  return (
    <>
      {answer.answer.map((sentence, place) => (
        <p key={place} class={place ? "ask-sentence" : "ask-sentence ask-first"}>
          {sentence.text}
          {citesOf(sentence, numbered).map((cite) => (
            <CiteLink key={cite.first} cite={cite} />
          ))}
        </p>
      ))}
    </>
  );
}

/** A number that leads to the evidence; it isn't an entry of the history. */
function CiteLink({ cite: { first, last } }: { cite: Cite }) {
  const isOne = first === last;
  return (
    <>
      {" "}
      <a
        class="cite"
        href={`#evidence-${first}`}
        aria-label={`Evidence ${isOne ? first : `${first}–${last}`}`}
        onClick={(event) => {
          event.preventDefault();
          lookAt(first);
        }}
      >
        {isOne ? first : `${first}–${last}`}
      </a>
    </>
  );
}

function Cannot({ answer: { cannot, answer: sentences } }: { answer: Answer }) {
  if (!cannot.length) return null;
  return (
    <div class="ask-cannot">
      <h3>{sentences.length ? "Not answered" : "This can’t be answered"}</h3>
      <ul>
        {cannot.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </div>
  );
}

/** What a model said that its evidence doesn't bear. */
function StruckParts({ answer: { struck } }: { answer: Answer }) {
  if (!struck.length) return null;
  return (
    <div class="ask-struck">
      <h3>Struck from the model’s answer, because the evidence doesn’t bear it</h3>
      <ul>
        {struck.map((each, place) => (
          <li key={place}>{struckText(each)}</li>
        ))}
      </ul>
    </div>
  );
}

const SOURCES: Record<Answer["answered_by"], string> = {
  parser: "Answered without a language model: every figure is as the API returns it.",
  model: "Answered by a language model: its figures and quotes were found in the evidence.",
};

/** Who answered, as of when, the link that shows the same again, and who else can be asked. */
function Source({ answer: { answered_by, has_model, at, id }, onModel }: Props) {
  return (
    <div class="ask-source">
      <p class="muted">
        {SOURCES[answered_by]} Times such as “last week” count from {dateTime(at)}.
        {id !== null && " It is kept for 30 days."}
      </p>
      <CopyLink />
      {answered_by === "parser" && has_model && (
        <>
          <button type="button" class="button" onClick={onModel}>
            Ask the model
          </button>
          <p class="muted ask-needs">
            The model needs the app’s function key, and takes a minute or so.
          </p>
        </>
      )}
    </div>
  );
}
