/** Ask: a question in words, what was understood of it, and the answer beside its evidence. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ApiError } from "../api";
import { ErrorNote } from "../components/data_state";
import { address, go } from "../navigation";
import type { ApiRequest } from "../request";
import { settle } from "../request";
import { AnswerView } from "./answer";
import { type Answer, askModel, requestOf, settleTime, useAnswer } from "./api";
import { Box } from "./box";
import { Examples, OtherExamples } from "./examples";
import { announcement, questionAddress } from "./text";
import { Waiting } from "./waiting";

export function Ask() {
  const { question, at, id } = address.value;
  const request = requestOf({ question, at, id });
  const { data, error } = useAnswer(request);
  const model = useModel();
  const view = useRef<HTMLDivElement>(null);
  const shown = data?.question ?? question ?? "";
  useSettledTime(data);
  useFocusOnAnswer(view.current, request, data !== undefined, shown);
  const isOpen = request === null && !model.isSending;
  const isUnanswered = data?.status === "answered" && !data.answer.length;
  return (
    <div class="ask" ref={view}>
      <div class="bar">
        <h1>Ask</h1>
      </div>
      <Box
        question={shown}
        onAsk={(asked) => {
          model.forget();
          go({ ...questionAddress(asked), view: "ask" });
        }}
      />
      <p class="hidden ask-state" role="status">
        {data ? announcement(data) : request || model.isSending ? "Looking for the answer." : ""}
      </p>
      {model.error && (
        <p class="note failed warning" role="alert">
          {model.error.message}
        </p>
      )}
      {isOpen && <Examples />}
      {data ? (
        <AnswerView answer={data} onModel={() => model.ask(data.question, data.at)} />
      ) : error ? (
        <ErrorNote error={error} />
      ) : (
        !isOpen && <Waiting key={shown} />
      )}
      {isUnanswered ? <Examples /> : !isOpen && <OtherExamples />}
    </div>
  );
}

/** Put the time of an answer into the address: with it, a link shows the same again. */
function useSettledTime(data: Answer | undefined): void {
  const { question, at, id } = address.value;
  useEffect(() => {
    if (!data || !question || at !== null || id !== null) return;
    settleTime({ question, at, id }, data.at);
    go({ at: data.at }, { replace: true });
  }, [data, question, at, id]);
}

/** Move the focus to an answer that was asked for here, unless somebody types or is elsewhere. */
function useFocusOnAnswer(
  view: HTMLElement | null,
  request: ApiRequest<Answer> | null,
  isThere: boolean,
  question: string,
): void {
  const focused = useRef(request);
  useEffect(() => {
    if (!isThere || focused.current === request) return;
    focused.current = request;
    const active = document.activeElement;
    const isHere = !active || active === document.body || active.id === "main";
    const isUntouched = !(active instanceof HTMLInputElement) || active.value.trim() === question;
    if (isHere || (view?.contains(active) && isUntouched))
      view?.querySelector<HTMLElement>("#ask-answer")?.focus();
  }, [request, isThere]);
}

/** Ask a model. The address names its answer unless something else was asked meanwhile. */
function useModel() {
  const [error, setError] = useState<ApiError>();
  const [isSending, setSending] = useState(false);
  const last = useRef(0);
  const forget = () => {
    last.current += 1;
    setError(undefined);
    setSending(false);
  };
  useEffect(() => forget, []);
  const ask = async (question: string, at: string | null) => {
    forget();
    const own = last.current;
    setSending(true);
    const outcome = await settle(askModel(question, at));
    if (own !== last.current) return;
    setSending(false);
    setError(outcome.error);
    if (outcome.data) go({ ...questionAddress(question), question: null, id: outcome.data });
  };
  return { ask, forget, error, isSending };
}
