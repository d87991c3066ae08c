/** Who may read: what the page lacks, and the sign-in that it leads to. */

import { beforeEach, expect, it, vi } from "vitest";
import { lacking, recordAccess } from "../src/access";
import { ApiError, readError } from "../src/api";
import { tabStorage } from "../src/tab_storage";

const assign = vi.fn();

beforeEach(() => {
  assign.mockClear();
  tabStorage.removeItem("undertone-signed-in");
  vi.stubGlobal("location", { assign, pathname: "/", search: "?view=posts" });
});

function refused(status: number, type: string): Promise<ApiError> {
  return readError(new Response(JSON.stringify({ type, detail: "No." }), { status }));
}

it("asks for a key where one is lacking, and for nothing once it reads", async () => {
  recordAccess(await refused(401, "urn:undertone:needs-key"), false);
  expect(lacking.value).toBe("key");
  expect(assign).not.toHaveBeenCalled();
  recordAccess(undefined, false);
  expect(lacking.value).toBeUndefined();
});

it("leads to the sign-in and back, and not round for ever", async () => {
  const stranger = await refused(401, "urn:undertone:needs-sign-in");
  recordAccess(stranger, false);
  expect(assign).toHaveBeenCalledWith(
    "/.auth/login/aad?post_login_redirect_uri=%2F%3Fview%3Dposts",
  );
  recordAccess(stranger, false);
  expect(assign).toHaveBeenCalledTimes(1);
  expect(lacking.value).toBe("sign-in");
});

it("says that a role is lacking, and takes other errors for none of these", async () => {
  recordAccess(await refused(403, "about:blank"), false);
  expect(lacking.value).toBe("role");
  recordAccess(new ApiError(503, "The database doesn't answer."), false);
  expect(lacking.value).toBeUndefined();
});

it("stays where it is when a sign-in ends, so that nothing typed is lost", async () => {
  recordAccess(await refused(401, "urn:undertone:needs-sign-in"), true);
  expect(assign).not.toHaveBeenCalled();
  expect(lacking.value).toBe("sign-in");
});
