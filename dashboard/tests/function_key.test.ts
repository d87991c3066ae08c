import { expect, test } from "vitest";
import { ApiError } from "../src/api";
import { keyHeaders, keyRequest, withKey } from "../src/function_key";

const KEY = "the-right-key";

/** Run what the app refuses without the key. */
async function guarded(): Promise<string> {
  if (keyHeaders()["x-functions-key"] !== KEY) throw new ApiError(401, "The server answered 401.");
  return "done";
}

/** Return the request for a key, once there is one. */
async function requested() {
  for (let turn = 0; turn < 20 && !keyRequest.value; turn += 1) await Promise.resolve();
  if (!keyRequest.value) throw new Error("no key was requested");
  return keyRequest.value;
}

test("a key is requested until it is right, and then kept", async () => {
  const result = withKey("Save", guarded);
  const first = await requested();
  expect(first).toMatchObject({ action: "Save", isRefused: false });
  first.resolve("wrong");
  const second = await requested();
  expect(second).toMatchObject({ isRefused: true });
  second.resolve(KEY);
  expect(await result).toBe("done");
  expect(await withKey("Remove", guarded), "without another request").toBe("done");
  expect(keyRequest.value).toBeUndefined();
});

test("who gives up is told that nothing was done", async () => {
  const result = withKey("Save", async () => {
    throw new ApiError(401, "");
  });
  (await requested()).resolve(null);
  await expect(result).rejects.toMatchObject({
    status: 401,
    message: "Not done: it needs the app's function key.",
  });
});

test("other errors request no key", async () => {
  const failing = () => Promise.reject(new ApiError(412, "It has changed."));
  await expect(withKey("Save", failing)).rejects.toMatchObject({ status: 412 });
  expect(keyRequest.value).toBeUndefined();
});
