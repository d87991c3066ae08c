import { expect, test } from "vitest";
import type { Incident, ListedRule } from "../src/alerts/api";
import {
  channelsText,
  looksOf,
  problemsOf,
  quietText,
  refusalText,
  statusText,
  trialText,
  waitFor,
} from "../src/alerts/status";
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

test("a rule that found only what was there before says so", () => {
  expect(statusText(rule({ status: "firing", status_since: SINCE }))).toBe(
    `Firing since ${dateTime(SINCE)}, nothing new`,
  );
});

test("a rule says where its messages go, by the host of a hook alone, and when they wait", () => {
  const channels: ListedRule["channels"] = [
    {
      type: "webhook",
      to: "https://hooks.example.com:8443/path?key=k",
      secret: null,
      broken: null,
    },
    { type: "slack", to: null, secret: "TEAM_HOOK", broken: null },
    { type: "email", to: "ann@example.com, bob@example.com", secret: null, broken: null },
  ];
  expect(channelsText(rule({ channels }))).toBe(
    "Webhook (hooks.example.com:8443), Slack (TEAM_HOOK), E-mail (ann@example.com, bob@example.com)",
  );
  expect(channelsText(rule({}))).toBe("no channel: incidents are only listed");
  const quiet_hours = { from: "22:00", to: "07:00" };
  expect(quietText(rule({ quiet_hours, time_zone: "Asia/Kathmandu" }))).toBe(
    "quiet from 22:00 to 07:00, Asia/Kathmandu",
  );
  expect(quietText(rule({}))).toBe("");
});

test("an incident is read again when a message of it is due, and not before five seconds", () => {
  const now = Date.parse(SINCE);
  const found = (...deliveries: object[]) => ({ deliveries }) as Incident;
  const waiting = { status: "waiting", due: "2026-11-23T12:10:00Z" };
  expect(waitFor(undefined, now)).toBeUndefined();
  expect(waitFor(found({ status: "sent", due: SINCE }), now)).toBeUndefined();
  expect(waitFor(found({ ...waiting, due: SINCE }), now)).toBe(5_000);
  expect(waitFor(found(waiting, { ...waiting, due: UNTIL }), now)).toBe(600_000);
});

test("what one look found is one row with all its items", () => {
  const update = (at: string, event: string, id?: string) => ({
    at,
    event,
    finding: id ? { sentence: `It found ${id}.`, items: [{ id }] } : null,
  });
  const updates = [
    update(SINCE, "opened", "a"),
    update(SINCE, "updated", "b"),
    update(UNTIL, "updated", "c"),
    update(UNTIL, "acknowledged"),
    update(UNTIL, "updated", "d"),
  ] as Incident["updates"];
  const looks = looksOf(updates).map(({ at, event, sentence, items }) => [
    at,
    event,
    sentence,
    items.map(({ id }) => id),
  ]);
  expect(looks).toEqual([
    [SINCE, "opened", "It found a.", ["a", "b"]],
    [UNTIL, "updated", "It found c.", ["c"]],
    [UNTIL, "acknowledged", undefined, []],
    [UNTIL, "updated", "It found d.", ["d"]],
  ]);
});

test("a trial that nothing can judge counts no messages", () => {
  const replay = { rule: "mood", days: 30, evaluated: 720, unknown: 20, reasons: {}, messages: [] };
  expect(trialText(replay)).toBe("Over the last 30 days it would have sent 0 messages.");
  expect(trialText({ ...replay, unknown: 720 })).toBe(
    "Nothing of the last 30 days can be judged, so what it would have sent isn't known.",
  );
});

test("a refusal names the field as its form does", () => {
  expect(refusalText({ parameter: "/channels/1/to", detail: "it is none", takes: "one" })).toBe(
    "Channel 2: it is none; it takes one",
  );
  expect(refusalText({ parameter: "/quiet_hours", detail: "a", takes: "b" })).toBe(
    "Quiet hours: a; it takes b",
  );
  expect(refusalText({ parameter: "/condition/q", detail: "a", takes: "b" })).toBe(
    "Condition: a; it takes b",
  );
  expect(refusalText({ parameter: "", detail: "a", takes: "b" })).toBe("a; it takes b");
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
