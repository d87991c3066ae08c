import { describe, expect, it } from "vitest";
import { digestProblems, digestStatus, scheduleText } from "../src/alerts/digest_text";
import { isOnItsWay, type ListedDigest } from "../src/alerts/digests_api";

const DIGEST: ListedDigest = {
  id: "team",
  name: "Weekly digest",
  subjects: null,
  every: "week",
  at: "08:00",
  weekday: "friday",
  time_zone: "Europe/Berlin",
  channels: [{ type: "slack", to: null, secret: "TEAM_HOOK", broken: null }],
  note: "",
  enabled: true,
  status: "waiting",
  status_reason: null,
  next_at: "2026-11-27T07:00:00Z",
  last_at: null,
  last_sent_at: null,
};

describe("a digest that is sent", () => {
  it("says when it is sent", () => {
    expect(scheduleText(DIGEST)).toBe("Every Friday at 08:00 (Europe/Berlin)");
    expect(scheduleText({ ...DIGEST, every: "day" })).toBe("Every day at 08:00 (Europe/Berlin)");
  });

  it("says what became of the last one, and when the next one comes", () => {
    expect(digestStatus(DIGEST)).toMatch(/^None was due yet, the next one Fri 27 Nov/);
    const sent = { ...DIGEST, status: "sent" as const, last_sent_at: "2026-11-20T07:00:05Z" };
    expect(digestStatus(sent)).toMatch(/^Sent, last taken Fri 20 Nov.*, the next one Fri 27 Nov/);
    expect(digestStatus({ ...DIGEST, status: "off", next_at: null })).toBe("Off");
  });

  it("says why the last one failed, and which channel takes nothing", () => {
    const failed: ListedDigest = {
      ...DIGEST,
      status: "failed",
      status_reason: "slack answered 404",
      channels: [{ type: "slack", to: null, secret: "TEAM_HOOK", broken: "slack answered 404" }],
    };
    expect(digestProblems(failed)).toEqual([
      "The last one failed: slack answered 404",
      "Slack takes no messages: slack answered 404",
    ]);
    expect(digestProblems({ ...DIGEST, status: "sending", status_reason: "503" })).toEqual([
      "It is tried again: 503",
    ]);
    expect(digestProblems(DIGEST)).toEqual([]);
  });

  it("knows whether something is on its way", () => {
    const delivery = {
      id: "1",
      channel: { type: "slack" as const, address: null },
      due: "2026-11-20T07:00:00Z",
      attempts: 0,
      error: null,
      sent_at: null,
      folded: 0,
    };
    const issue = {
      id: "20261120T070000Z",
      kind: "scheduled" as const,
      every: "week" as const,
      at: "2026-11-20T07:00:00Z",
      period_end: "2026-11-16",
      made_at: "2026-11-20T07:00:03Z",
      error: null,
    };
    const withStatus = (status: "waiting" | "sent") => ({
      tests: [],
      issues: [{ ...issue, deliveries: [{ ...delivery, status }] }],
    });
    expect(isOnItsWay(withStatus("waiting"))).toBe(true);
    expect(isOnItsWay(withStatus("sent"))).toBe(false);
    expect(isOnItsWay({ tests: ["test-0a1b2c3d"], issues: [] })).toBe(true);
  });
});
