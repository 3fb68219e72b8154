import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Pod } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { StaticPods } from "./static-pods.ts";

const manifest = (name: string, image = "i:1", more = "") => `{
  "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "${name}", "namespace": "ns"},
  "spec": {"containers": [{"name": "c", "image": "${image}"}]}${more}
}`;

describe("AGENT-STATIC: static pod manifests", () => {
  let directory: string;
  let events: string[];
  let warnings: string[];
  let statics: StaticPods;
  const names = new Map<string, string>();

  /** The API's pods, and its responses. */
  let api: Map<string, Pod>;
  let requests: string[];
  let refuse: number | undefined;
  /** Whether pods take time to end. */
  let lingering: boolean;
  let serial = 0;

  const answer = <T>(object: T) =>
    refuse === undefined
      ? { ok: true as const, object }
      : { ok: false as const, status: { code: refuse, message: "refused" } };
  const client = {
    create: async (_: unknown, pod: Pod) => {
      requests.push(`create ${pod.metadata.name}`);
      const made = { ...pod, metadata: { ...pod.metadata, uid: `mirror-${++serial}` } };
      if (refuse === undefined) api.set(pod.metadata.name ?? "", made);
      return answer(made);
    },
    delete: async (
      { name }: { name: string },
      { uid, gracePeriodSeconds }: { uid: string; gracePeriodSeconds: number },
    ) => {
      requests.push(`delete ${name} ${uid} ${gracePeriodSeconds}`);
      if (refuse === undefined) api.delete(name);
      return answer({});
    },
  } as unknown as ApiClient;

  const write = (file: string, text: string) => {
    writeFileSync(join(directory, `.${file}.part`), text);
    renameSync(join(directory, `.${file}.part`), join(directory, file));
  };

  beforeEach(() => {
    directory = temporaryDirectory();
    [events, warnings, requests, api, refuse, lingering] = [[], [], [], new Map(), undefined, false];
    statics = new StaticPods({
      directory,
      nodeName: "n1",
      client,
      log: { info: () => {}, warn: (message) => warnings.push(message) },
      onPod: ({ metadata: { uid = "", name = "" } }) => {
        names.set(uid, name);
        events.push(`${name} comes`);
      },
      onGone: (uid) => {
        events.push(`${names.get(uid)} goes`);
        return lingering;
      },
      onMirror: (uid, mirror) => events.push(`${names.get(uid)} is ${mirror.metadata.uid}`),
    });
  });
  afterEach(() => {
    statics.stop();
    rmSync(directory, { recursive: true });
  });

  const node = { metadata: { name: "n1", uid: "node" }, spec: {}, status: {} };

  it("are read at startup, ignoring other files", async () => {
    write("a.yaml", manifest("a"));
    write("b.json", manifest("b"));
    write("c.yml", manifest("c"));
    write("d.txt", manifest("d"));
    mkdirSync(join(directory, "e.yaml"));
    symlinkSync("nothing", join(directory, "f.yaml"));
    await statics.start();
    expect(events.toSorted()).toEqual(["a-n1 comes", "b-n1 comes", "c-n1 comes"]);
    expect(statics.pods.map(({ metadata }) => metadata.name).toSorted()).toEqual(["a-n1", "b-n1", "c-n1"]);
    expect(requests).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^e\.yaml is not a static pod: EISDIR/),
      expect.stringMatching(/^f\.yaml is not a static pod: ENOENT/),
    ]);
  });

  it("follow their files: a changed one is a new pod", async () => {
    await statics.start();
    write("a.yaml", manifest("a"));
    await expect.poll(() => events).toEqual(["a-n1 comes"]);
    write("a.yaml", manifest("a", "i:2"));
    await expect.poll(() => events).toEqual(["a-n1 comes", "a-n1 goes", "a-n1 comes"]);
    rmSync(join(directory, "a.yaml"));
    await expect.poll(() => events.at(-1)).toBe("a-n1 goes");
    expect([statics.pods, warnings]).toEqual([[], []]);
  });

  describe("AGENT-STATIC-CHANGE: that take time to end", () => {
    let uid: string;
    const settled = () => new Promise((resume) => setTimeout(resume, 250));

    beforeEach(async () => {
      lingering = true;
      write("a.yaml", manifest("a"));
      await statics.start();
      statics.registered(node);
      await expect.poll(() => requests).toEqual(["create a-n1"]);
      uid = statics.pods[0]?.metadata.uid ?? "";
      events = [];
    });

    it("keep their mirror until they have ended", async () => {
      rmSync(join(directory, "a.yaml"));
      await expect.poll(() => events).toEqual(["a-n1 goes"]);
      await settled();
      expect(requests).toEqual(["create a-n1"]);
      statics.ended(uid);
      await expect.poll(() => requests.slice(1)).toEqual([expect.stringMatching(/^delete a-n1 mirror-/)]);
    });

    it("end before the next pod of their name starts, which is that of the newest manifest", async () => {
      const lives = () => events.filter((event) => !event.includes(" is "));
      for (const image of ["i:2", "i:3"]) {
        write("a.yaml", manifest("a", image));
        await settled();
      }
      write("b.yaml", manifest("b"));
      await expect.poll(() => lives()).toEqual(["a-n1 goes", "b-n1 comes"]);
      statics.ended(uid);
      await expect.poll(() => lives().slice(2)).toEqual(["a-n1 comes"]);
      await expect
        .poll(() => requests.slice(1))
        .toEqual(["create b-n1", expect.stringMatching(/^delete a-n1/), "create a-n1"]);
      expect(api.get("a-n1")?.spec.containers[0]?.image).toBe("i:3");
    });

    it("start again if the same manifest comes back", async () => {
      rmSync(join(directory, "a.yaml"));
      await expect.poll(() => events).toEqual(["a-n1 goes"]);
      write("a.yaml", manifest("a"));
      await settled();
      expect(events).toEqual(["a-n1 goes"]);
      statics.ended(uid);
      await expect.poll(() => events).toEqual(["a-n1 goes", "a-n1 comes", expect.stringMatching(/^a-n1 is mirror-/)]);
      expect(requests).toEqual(["create a-n1"]);
    });
  });

  it("that are invalid are reported once per change", async () => {
    write("a.yaml", "kind: Pod");
    await statics.start();
    expect(warnings).toEqual([expect.stringContaining("a.yaml")]);
    write("b.yaml", manifest("b"));
    await expect.poll(() => events).toEqual(["b-n1 comes"]);
    expect(warnings).toHaveLength(1);
    write("a.yaml", manifest("a"));
    await expect.poll(() => events.at(-1)).toBe("a-n1 comes");
    write("a.yaml", "kind: Pod");
    await expect.poll(() => events.at(-1)).toBe("a-n1 goes");
    expect(warnings).toHaveLength(2);
  });

  it("that are no longer watched have no effect", async () => {
    await statics.start();
    statics.stop();
    write("a.yaml", manifest("a"));
    await new Promise((resume) => setTimeout(resume, 300));
    expect(events).toEqual([]);
  });

  it("get mirror pods once the node is registered", async () => {
    write("a.yaml", manifest("a"));
    await statics.start();
    statics.registered(node);
    await expect.poll(() => events).toEqual(["a-n1 comes", expect.stringMatching(/^a-n1 is mirror-/)]);
    const mirror = api.get("a-n1");
    expect(mirror?.metadata.ownerReferences).toEqual([expect.objectContaining({ uid: "node", controller: true })]);
    expect(requests).toEqual(["create a-n1"]);
    statics.registered(node);
    await expect.poll(() => events).toHaveLength(3);
    expect(requests).toEqual(["create a-n1"]);
  });

  it("get new mirror pods if these are deleted, at once or later", async () => {
    write("a.yaml", manifest("a"));
    await statics.start();
    statics.registered(node);
    await expect.poll(() => requests).toEqual(["create a-n1"]);
    statics.follow(api.get("a-n1") as Pod, { deleted: true });
    await expect.poll(() => requests).toEqual(["create a-n1", "create a-n1"]);
    const mirror = api.get("a-n1") as Pod;
    const deletionTimestamp = "2026-01-01T00:00:00Z";
    statics.follow({ ...mirror, metadata: { ...mirror.metadata, deletionTimestamp } });
    await expect.poll(() => requests.slice(2)).toEqual([`delete a-n1 ${mirror.metadata.uid} 0`, "create a-n1"]);
  });

  it("have outdated mirror pods replaced, and those of removed manifests deleted", async () => {
    write("a.yaml", manifest("a"));
    await statics.start();
    const old = (name: string): Pod => ({
      metadata: { namespace: "ns", name, uid: `old-${name}`, annotations: { "kubernetes.io/config.mirror": "other" } },
      spec: { containers: [] },
      status: {},
    });
    statics.follow(old("a-n1"));
    statics.follow(old("gone-n1"));
    await new Promise((resume) => setTimeout(resume, 20));
    expect(requests).toEqual([]);
    statics.registered(node);
    await expect
      .poll(() => requests)
      .toEqual(["delete a-n1 old-a-n1 0", "delete gone-n1 old-gone-n1 0", "create a-n1"]);
  });

  it("get mirror pods as soon as the API allows, and need no deletion of one already gone", async () => {
    write("a.yaml", manifest("a"));
    await statics.start();
    refuse = 503;
    statics.registered(node);
    await expect.poll(() => requests).toEqual(["create a-n1"]);
    refuse = undefined;
    await expect.poll(() => events.at(-1), { timeout: 5000 }).toMatch(/^a-n1 is mirror-/);

    rmSync(join(directory, "a.yaml"));
    refuse = 404;
    await expect.poll(() => requests.at(-1)).toMatch(/^delete a-n1/);
    const before = requests.length;
    statics.registered(node);
    await new Promise((resume) => setTimeout(resume, 50));
    expect(requests.length).toBe(before);
  });
});
