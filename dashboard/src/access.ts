/** Who may read: what the page lacks where reads are closed, and how it gets that. */

import { signal } from "@preact/signals";
import { type ApiError, apiPath, fetchJson } from "./api";
import { keepKey, tabHasSignedIn } from "./function_key";

const SESSION = apiPath("/session");
const FORBIDDEN = 403;
/** Where App Service Authentication signs in and out: it comes back to the address. */
const SIGN_IN = "/.auth/login/aad?post_login_redirect_uri=";
const SIGN_OUT = "/.auth/logout?post_logout_redirect_uri=/";

interface Session {
  name: string | null;
  role: "reader" | "editor" | null;
}

/** What reading lacks: a key, a sign-in, or a role of who is signed in; undefined: nothing. */
export const lacking = signal<"key" | "sign-in" | "role" | undefined>(undefined);

/**
 * Record whether the page may read, from the outcome of a read that every reader may do.
 *
 * `hasRead` says that it could before: then it stays where it is, so that nothing typed is lost.
 */
export function recordAccess(error: ApiError | undefined, hasRead: boolean): void {
  lacking.value = error?.status === FORBIDDEN ? "role" : (error?.lacks ?? undefined);
  if (lacking.value !== "sign-in" || hasRead) return;
  // Once a minute at most: a browser that refuses cookies would go round for ever.
  if (!tabHasSignedIn()) location.assign(signInAddress());
}

/** Return the address of the sign-in, which leads back to what is shown. */
export function signInAddress(): string {
  return SIGN_IN + encodeURIComponent(location.pathname + location.search);
}

/**
 * Exchange a key for a cookie that scripts can't read. Throws ApiError: with status 401 the key is
 * wrong.
 */
export async function beginSession(key: string): Promise<void> {
  const headers = { "x-functions-key": key };
  const { data } = await fetchJson<Session>(SESSION, { method: "POST", headers });
  // What changes something takes the key itself.
  if (data.role === "editor") keepKey(key);
}

/** End the session: neither the cookie nor the key stays. Throws ApiError. */
export async function endSession(isSignedIn: boolean): Promise<void> {
  await fetchJson<Session>(SESSION, { method: "DELETE" });
  keepKey(null);
  if (isSignedIn) location.assign(SIGN_OUT);
  else location.reload();
}
