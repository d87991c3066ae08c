import { expect, test } from "vitest";
import type { ListedRule } from "../src/alerts/api";
import { problemsOf, statusText } from "../src/alerts/status";
import { dateTime } from "../src/format";

const SINCE = "2026-11-23T12:00:00Z";
const UNTIL = "2026-11-24T12:00:00Z";

function rule(changes: Partial<ListedRule>): ListedRule {
  return {
    id: "mood",
    name: "Mood",
    scope: "all",
    condition: { type: "mood", direction: "any", above: null, q: null, hours: null },
    channels: [],
    quiet_hours: null,
    time_zone: "UTC",
    cooldown: 60,
    note: "",
    enabled: true,
    status: "ok",
    status_since: null,
    status_reason: null,
    silenced_until: null,
    open_incidents: 0,
    ...changes,
  };
}

test("a rule says its status, since when, and what is open", () => {
  expect(statusText(rule({ status: "waiting" }))).toBe("Not evaluated yet");
  expect(statusText(rule({ status: "off" }))).toBe("Off");
  expect(statusText(rule({ status: "ok", status_since: SINCE }))).toBe(
    `Nothing found since ${dateTime(SINCE)}`,
  );
  expect(statusText(rule({ status: "firing", status_since: SINCE, open_incidents: 2 }))).toBe(
    `Firing since ${dateTime(SINCE)}, 2 open incidents`,
  );
});

test("a silenced rule says until when, whatever else it is doing", () => {
  expect(statusText(rule({ status: "silenced", silenced_until: UNTIL, open_incidents: 1 }))).toBe(
    `Silenced until ${dateTime(UNTIL)}, 1 open incident`,
  );
  expect(statusText(rule({ status: "no_data", silenced_until: UNTIL }))).toBe(
    `Can't be judged, silent until ${dateTime(UNTIL)}`,
  );
});

test("what is broken is said with its reason, and an address never", () => {
  const hook = { type: "slack", to: "https://hooks.example.com/secret", secret: null } as const;
  const found = problemsOf(
    rule({
      status: "broken",
      status_reason: "its subject is gone",
      channels: [
        { ...hook, broken: "slack answered 404" },
        { ...hook, broken: null },
      ],
    }),
  );
  expect(found).toEqual(["its subject is gone", "Slack takes no messages: slack answered 404"]);
  expect(problemsOf(rule({}))).toEqual([]);
  // What can't be judged yet is no problem.
  expect(problemsOf(rule({ status: "no_data", status_reason: "too young" }))).toEqual([]);
});
