import { describe, expect, it } from "vitest";
import { recordedPod } from "../../../test/fakes/node/pod-record.ts";
import { HASH, SOURCE } from "../../static-pods/mirror.ts";
import { withEarlierTimes } from "./earlier-times.ts";

const at = (minute: number) => `2026-01-01T00:0${minute}:00Z`;
const ready = (status: string, minute: number) => ({ type: "Ready", status, lastTransitionTime: at(minute) });

describe("AGENT-STATIC-TIMES: the times of an earlier status", () => {
  it("are kept where nothing has changed since", () => {
    const before = { startTime: at(1), conditions: [ready("True", 2)] };
    const now = {
      phase: "Running",
      startTime: at(5),
      conditions: [ready("True", 5), { type: "Other", status: "True" }],
    };
    expect(withEarlierTimes(now, before)).toEqual({
      phase: "Running",
      startTime: at(1),
      conditions: [ready("True", 2), { type: "Other", status: "True" }],
    });
    expect(withEarlierTimes({ conditions: [ready("False", 5)] }, before).conditions).toEqual([ready("False", 5)]);
    expect(withEarlierTimes(before, now)).toEqual(before);
  });

  it("are all there is before anything is known, and nothing else of it", () => {
    const before = { phase: "Failed", startTime: at(1), conditions: [ready("True", 2)] };
    expect(withEarlierTimes({}, before)).toEqual({ startTime: at(1), conditions: [ready("True", 2)] });
    expect(withEarlierTimes({}, {})).toEqual({});
  });

  it("are taken from a static pod's mirror, of which an earlier run of the agent wrote the status", () => {
    const annotations = { [SOURCE]: "file", [HASH]: "h" };
    const { record } = recordedPod({ metadata: { uid: "0123456789abcdef0123456789abcdef", annotations } });
    const mirror = { ...record.pod, metadata: { ...record.pod.metadata, uid: "mirror" }, status: { startTime: at(1) } };
    record.mirrored(mirror);
    expect([record.startTime, record.status.startTime, record.mirror]).toEqual([Date.parse(at(1)), at(1), mirror]);
    record.mirrored({ ...mirror, status: { startTime: at(0) } });
    expect(record.startTime).toBe(Date.parse(at(1)));
  });
});
