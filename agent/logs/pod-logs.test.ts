import { existsSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { PodLogs } from "./pod-logs.ts";

let root: string;
let own: string;
let collected: string;
let links: string;
beforeEach(() => {
  root = temporaryDirectory();
  [own, collected, links] = [join(root, "node/logs"), join(root, "var/pods"), join(root, "var/containers")];
});

const podOf = (name: string): Pod => ({
  metadata: { namespace: "ns", name, uid: `uid-${name}` },
  spec: { containers: [] },
  status: {},
});
const logOf = (pod: string, container: string, id: string) => ({
  pod: { namespace: "ns", name: pod, uid: `uid-${pod}` },
  container,
  id: `containerd://${id}`,
});
const started = (logs: PodLogs, pod: string, container: string, id: string): string => {
  logs.make(podOf(pod));
  const path = join(logs.directoryOf(podOf(pod)), container, `${id}.log`);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "");
  logs.link(logOf(pod, container, id), path);
  return path;
};

it("AGENT-LOG-PLACE: pods' logs are in the node's directory, where nobody collects them", () => {
  const logs = new PodLogs({ directory: own });
  const path = started(logs, "a", "c", "1");
  expect(path).toBe(join(own, "ns_a_uid-a/c/1.log"));
  expect([logs.uids, existsSync(links)]).toEqual([["uid-a"], false]);
  logs.removeOne(logOf("a", "c", "1"), path);
  expect(existsSync(path)).toBe(false);
  logs.remove("uid-a");
  expect(readdirSync(own)).toEqual([]);
});

describe("AGENT-LOG-PLACE: where logs are collected", () => {
  let logs: PodLogs;
  beforeEach(() => {
    logs = new PodLogs({ directory: own, collected });
  });

  it("each pod's are, with a link to each container's by the kubelet's name", () => {
    const first = started(logs, "a", "c", "1");
    const second = started(logs, "a", "c", "2");
    expect(first).toBe(join(collected, "ns_a_uid-a/c/1.log"));
    expect(readdirSync(links).sort()).toEqual(["a_ns_c-1.log", "a_ns_c-2.log"]);
    expect(readlinkSync(join(links, "a_ns_c-2.log"))).toBe(second);
    logs.removeOne(logOf("a", "c", "1"), first);
    expect([existsSync(first), readdirSync(links)]).toEqual([false, ["a_ns_c-2.log"]]);
  });

  it("a link's name is cut to what a file system allows", () => {
    started(logs, "p".repeat(100), "c".repeat(90), "i".repeat(64));
    const [name = ""] = readdirSync(links);
    expect([name.length, name.endsWith("i.log")]).toEqual([255, true]);
  });

  it("what others have there is never removed", () => {
    started(logs, "a", "c", "1");
    const kept = started(new PodLogs({ directory: join(root, "other/logs"), collected }), "b", "c", "1");
    mkdirSync(join(collected, "ns_x_uid-x"));
    expect(logs.uids).toEqual(["uid-a"]);
    for (const uid of ["uid-a", "uid-b", "uid-x"]) logs.remove(uid);
    expect([readdirSync(own), readdirSync(links)]).toEqual([[], ["b_ns_c-1.log"]]);
    expect([readdirSync(collected).sort(), existsSync(kept)]).toEqual([["ns_b_uid-b", "ns_x_uid-x"], true]);
  });

  it("a pod that was there before keeps its place", () => {
    const before = started(new PodLogs({ directory: own }), "a", "c", "1");
    expect(started(logs, "a", "c", "1")).toBe(before);
    expect(existsSync(links)).toBe(false);
    const moved = started(logs, "b", "c", "1");
    expect(started(new PodLogs({ directory: own, collected: join(root, "else") }), "b", "c", "1")).toBe(moved);
    logs.remove("uid-a");
    logs.remove("uid-b");
    expect([readdirSync(own), readdirSync(collected), readdirSync(links)]).toEqual([[], [], []]);
  });
});
