/** Polls of the state of collection. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { cycles, health, pollError, retryNow } from "../src/cycles";

const HEALTH = { status: "healthy", application: { running_cycle: null, last_cycle: null } };
const SPENT = { type: "urn:undertone:quota-exceeded", detail: "Spent until tomorrow." };

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status });
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("document", { hidden: true });
});

afterEach(() => {
  vi.useRealTimers();
});

it("keeps the error of a list that is refused, until one is read", async () => {
  const isSpent = vi.fn(() => true);
  vi.stubGlobal("fetch", async (address: string) => {
    if (address.includes("/health")) return answer(200, HEALTH);
    return isSpent() ? answer(429, SPENT) : answer(200, []);
  });
  retryNow();
  await vi.waitFor(() => expect(pollError.value?.message).toBe("Spent until tomorrow."));
  expect(health.value?.status).toBe("healthy");
  expect(cycles.value).toBeUndefined();
  isSpent.mockReturnValue(false);
  retryNow();
  await vi.waitFor(() => expect(pollError.value).toBeUndefined());
  expect(cycles.value).toEqual([]);
});
