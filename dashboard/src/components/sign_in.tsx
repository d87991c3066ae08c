/** What is shown instead of a view to who may not read, and above it to who could before. */

import { useState } from "preact/hooks";
import { beginSession, endSession, lacking, signInAddress } from "../access";
import { health, retryNow } from "../cycles";
import { reloadAll, useAction } from "../request";

export function SignIn() {
  if (lacking.value === "key") return <KeyForm />;
  const isStranger = lacking.value === "sign-in";
  return (
    <div class="note" role="alert">
      <h1 class="note-title">{isStranger ? "Sign in to read this" : "You have no role here"}</h1>
      {isStranger ? (
        <p>
          <a class="button primary" href={signInAddress()} target={health.value && "_blank"}>
            Sign in
          </a>
        </p>
      ) : (
        <>
          <p class="muted">
            You are signed in, and this needs the role reader or editor. Whoever runs the app can
            give you one.
          </p>
          <SignOut isSignedIn />
        </>
      )}
    </div>
  );
}

function KeyForm() {
  const [key, setKey] = useState("");
  const { run, isBusy, error } = useAction(async () => {
    await beginSession(key.trim());
    retryNow();
    reloadAll();
  });
  return (
    <form
      class="note key-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim()) run();
      }}
    >
      <h1 class="note-title">A key is needed to read this</h1>
      <p class="muted">
        Whoever runs the app gives you one. It is exchanged for a cookie that ends with the
        browser's session.
      </p>
      <label>
        Key
        <input
          name="key"
          type="password"
          autocomplete="off"
          required
          value={key}
          onInput={({ currentTarget }) => setKey(currentTarget.value)}
        />
      </label>
      {error && (
        <p class="warning" role="alert">
          {error.message}
        </p>
      )}
      <button type="submit" class="button primary" aria-busy={isBusy}>
        {isBusy ? "Opening…" : "Open"}
      </button>
    </form>
  );
}

/** Sign out of the session of a key, or of Entra ID. */
export function SignOut({ isSignedIn }: { isSignedIn: boolean }) {
  const { run, isBusy, error } = useAction(() => endSession(isSignedIn));
  return (
    <>
      <button type="button" class="quiet" disabled={isBusy} onClick={run}>
        Sign out
      </button>
      {error && <span class="warning"> {error.message}</span>}
    </>
  );
}
