import { beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../src/api";
import { dataVersion, hasBadSetting, unreachableSince } from "../src/connection";
import {
  ApiRequest,
  type Load,
  RequestCache,
  reloadAll,
  retryDelay,
  retryFailed,
  retryText,
  settleRecorded,
  withRetries,
} from "../src/request";

const UNAVAILABLE = new ApiError(503, "Busy.");
const NOT_FOUND = new ApiError(404, "Not there.");

beforeEach(() => {
  vi.useFakeTimers();
  unreachableSince.value = null;
  return () => vi.useRealTimers();
});

/** Return a load that gives the answers one after the other, and the number of its calls. */
function answering<T>(...answers: (T | ApiError)[]) {
  const left = [...answers];
  const calls = { count: 0 };
  const load: Load<T> = async (store) => {
    calls.count += 1;
    const answer = left.length > 1 ? left.shift() : left[0];
    if (answer instanceof ApiError) throw answer;
    store(() => answer as T);
  };
  return { load, calls };
}

/** Return a load that ends on demand. */
function pending<T>() {
  let give: (data: T) => void = () => {};
  const load: Load<T> = async (store) => {
    const data = await new Promise<T>((resolve) => {
      give = resolve;
    });
    store(() => data);
  };
  return { load, give: (data: T) => give(data) };
}

const settled = () => vi.advanceTimersByTimeAsync(0);

describe("a request that is shown", () => {
  test("loads, and says so meanwhile", async () => {
    const { load, give } = pending<string>();
    const request = new ApiRequest(load);
    const stop = request.watch();
    expect(request.isLoading.value).toBe(true);
    give("data");
    await settled();
    expect(request.isLoading.value).toBe(false);
    expect(request.state.value).toMatchObject({ data: "data", error: undefined });
    stop();
  });

  test("is sent once for all that show it", async () => {
    const { load, calls } = answering("data");
    const request = new ApiRequest(load);
    const stops = [request.watch(), request.watch()];
    await settled();
    stops.push(request.watch());
    expect(calls.count).toBe(1);
    for (const stop of stops) stop();
  });

  test("keeps the last good data while the server doesn't answer, and tries again", async () => {
    const { load, calls } = answering("old", UNAVAILABLE, "new");
    const request = new ApiRequest(load);
    const stop = request.watch();
    await settled();
    reloadAll();
    await settled();
    expect(request.state.value).toMatchObject({ data: "old", error: UNAVAILABLE });
    await vi.advanceTimersToNextTimerAsync();
    expect(request.state.value).toMatchObject({ data: "new", error: undefined });
    expect(calls.count).toBe(3);
    stop();
  });

  test("drops data that the server says is gone, and doesn't retry", async () => {
    const request = new ApiRequest(answering("old", NOT_FOUND).load);
    const stop = request.watch();
    await settled();
    reloadAll();
    await settled();
    expect(request.state.value).toMatchObject({ data: undefined, error: NOT_FOUND });
    expect(vi.getTimerCount()).toBe(0);
    stop();
  });

  test("may keep its data after a final error", async () => {
    const request = new ApiRequest(answering("old", NOT_FOUND).load, true);
    const stop = request.watch();
    await settled();
    reloadAll();
    await settled();
    expect(request.state.value).toMatchObject({ data: "old", error: NOT_FOUND });
    stop();
  });

  test("ignores an answer that a later one has overtaken", async () => {
    const [first, second] = [pending<string>(), pending<string>()];
    const loads = [first.load, second.load];
    const request = new ApiRequest<string>((store) => (loads.shift() as Load<string>)(store));
    const stop = request.watch();
    request.reload();
    second.give("second");
    await settled();
    first.give("first");
    await settled();
    expect(request.state.value.data).toBe("second");
    stop();
  });

  test("retries what has failed, and nothing else", async () => {
    const failing = answering("old", NOT_FOUND, "new");
    const good = answering("good");
    const requests = [new ApiRequest(failing.load), new ApiRequest(good.load)];
    const stops = requests.map((request) => request.watch());
    await settled();
    requests[0]?.reload();
    await settled();
    retryFailed();
    await settled();
    expect(requests.map((request) => request.state.value.data)).toEqual(["new", "good"]);
    expect(good.calls.count).toBe(1);
    for (const stop of stops) stop();
  });

  test("throws a fault of the page", async () => {
    const request = new ApiRequest(async () => {
      throw new TypeError("fault");
    });
    await expect(request.reload()).rejects.toThrow("fault");
    expect(request.isLoading.value).toBe(false);
  });
});

describe("a request that is no longer shown", () => {
  test("isn't tried again", async () => {
    const { load, calls } = answering(UNAVAILABLE);
    const request = new ApiRequest(load);
    const stop = request.watch();
    await settled();
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    reloadAll();
    expect(calls.count).toBe(1);
  });

  test("isn't tried again when it fails only then", async () => {
    const { load, calls } = answering(UNAVAILABLE);
    const request = new ApiRequest(load);
    request.watch()();
    await settled();
    expect(vi.getTimerCount()).toBe(0);
    expect(calls.count).toBe(1);
  });

  test("is loaded when it shows again, if there is new data or it had failed", async () => {
    const { load, calls } = answering("one", "two", UNAVAILABLE, "three");
    const request = new ApiRequest(load);
    for (const expected of ["one", "one"]) {
      const stop = request.watch();
      await settled();
      expect(request.state.value.data).toBe(expected);
      stop();
    }
    dataVersion.value += 1;
    request.watch()();
    await settled();
    expect(request.state.value.data).toBe("two");
    await request.reload();
    request.watch()();
    await settled();
    expect(request.state.value.data).toBe("three");
    expect(calls.count).toBe(4);
  });

  test("drops its load and its error when it is cancelled", async () => {
    const { load, give } = pending<string>();
    const request = new ApiRequest(load);
    const stop = request.watch();
    stop();
    request.cancel();
    give("late");
    await settled();
    expect(request.state.value).toMatchObject({ data: undefined, error: undefined });
    expect(request.isLoading.value).toBe(false);
  });
});

test("data that is extended gets no newer: new data loads it again", async () => {
  const { load, calls } = answering("list");
  const request = new ApiRequest(load);
  request.watch()();
  await settled();
  dataVersion.value += 1;
  await request.extend(answering("longer list").load);
  request.watch()();
  expect(calls.count).toBe(2);
  await settled();
});

test("a retry repeats the load that failed, not the one before", async () => {
  const first = answering("list");
  const more = answering(UNAVAILABLE, "longer list");
  const request = new ApiRequest(first.load);
  const stop = request.watch();
  await settled();
  await request.extend(more.load);
  await request.retry();
  expect(request.state.value.data).toBe("longer list");
  expect(first.calls.count).toBe(1);
  stop();
});

describe("the connection", () => {
  test("is lost with a transient error, and back with any answer", async () => {
    await settleRecorded(Promise.reject(UNAVAILABLE));
    expect(unreachableSince.value).not.toBeNull();
    await settleRecorded(Promise.reject(NOT_FOUND));
    expect(unreachableSince.value).toBeNull();
  });

  test("isn't lost where the server is too busy for a request", async () => {
    await settleRecorded(Promise.reject(new ApiError(429, "Too many heavy reads.")));
    expect(unreachableSince.value).toBeNull();
  });

  test("repeats what has failed once it is back", async () => {
    const request = new ApiRequest(answering<string>(UNAVAILABLE, "data").load);
    const stop = request.watch();
    await settled();
    await settleRecorded(Promise.resolve());
    await settled();
    expect(request.state.value.data).toBe("data");
    stop();
  });

  test("knows of a bad setting until the next answer", async () => {
    await settleRecorded(Promise.reject(new ApiError(500, "", null, null, true)));
    expect(hasBadSetting.value).toBe(true);
    await settleRecorded(Promise.resolve());
    expect(hasBadSetting.value).toBe(false);
  });
});

describe("retries", () => {
  const ONCE_MORE = { tries: 2, delayMs: 10 };

  test("wait as long as the server asks", () => {
    expect(retryDelay(new ApiError(503, "", 7), 10)).toBe(7000);
    expect(retryDelay(UNAVAILABLE, 10)).toBe(10);
  });

  test("says when it asks again, also where that is the next day", async () => {
    expect(retryText(new ApiError(429, "Busy.", 2))).toBe("It is asked again every few seconds.");
    expect(retryText(new ApiError(429, "Too many.", 45))).toBe("It is asked again in 45 s.");
    const spent = new ApiError(429, "Spent until tomorrow.", 7 * 3600);
    expect(retryText(spent)).toBe("It is asked again in 7 h.");
    expect(retryText(new ApiError(404, "No."))).toBe("");
    const load = vi.fn().mockRejectedValue(spent);
    await expect(withRetries(load, { tries: 3, delayMs: 1 })).rejects.toBe(spent);
    expect(load).toHaveBeenCalledTimes(1);
  });

  test("end with the first success", async () => {
    const answers = [() => Promise.reject(UNAVAILABLE), () => Promise.resolve("data")];
    const result = withRetries(() => (answers.shift() as () => Promise<string>)(), ONCE_MORE);
    await vi.runAllTimersAsync();
    expect(await result).toBe("data");
  });

  test.each([
    [UNAVAILABLE, 2],
    [NOT_FOUND, 1],
  ])("give up: %s after %d tries", async (error, tries) => {
    let calls = 0;
    const result = withRetries(async () => {
      calls += 1;
      throw error;
    }, ONCE_MORE);
    const refused = expect(result).rejects.toBe(error);
    await vi.runAllTimersAsync();
    await refused;
    expect(calls).toBe(tries);
  });
});

test("a cache forgets the request that was used least recently, and none that is shown", () => {
  const cache = new RequestCache<string>(2, () => new ApiRequest(answering("data").load));
  const [a, b] = [cache.get("a"), cache.get("b")];
  const stop = a.watch();
  cache.get("c");
  expect(cache.get("a")).toBe(a);
  expect(cache.get("b")).not.toBe(b);
  stop();
});
