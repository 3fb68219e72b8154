import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import type { Pod, Secret } from "../../api/generated/core.v1.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import type { PodObjects } from "../pod-spec/pod-objects.ts";
import type { ImageObservation, RegistryCredentials } from "../runtime/image.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { ImagePuller } from "./image-puller.ts";
import { missingPullSecrets, pullCredentials } from "./pull-credentials.ts";
import { PullRecords } from "./pull-records.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const secretOf = (uid: string, auths: object): Secret => ({
  metadata: { name: uid, uid },
  data: { ".dockerconfigjson": base64(JSON.stringify({ auths })) },
});
const secrets: Readonly<Record<string, Secret>> = {
  one: secretOf("one", { "reg.example.com": { username: "one", password: "1" } }),
  same: secretOf("same", { "reg.example.com": { username: "one", password: "1" } }),
  two: secretOf("two", { "reg.example.com": { username: "two", password: "2" } }),
  many: secretOf("many", {
    "https://index.docker.io/v1/": { auth: base64("hub:pass:word") },
    "other-docker.io": { auth: base64("other:word") },
    "reg.example.com": { username: "all" },
    "reg.example.com/team": { username: "team" },
    "*.example.org": { username: "glob" },
    "r*g*.*.io": { username: "stars" },
    "reg.example.net": null,
    "reg.example.net/sub": { username: null, auth: null },
  }),
  odd: secretOf("odd", { "reg.example.com": { username: "fine" }, "*": { username: 7 } }),
  slow: secretOf("slow", { [`${"*a".repeat(40)}b`]: { username: "slow" } }),
  paths: secretOf("paths", {
    "http://reg.paths.io": { username: "host" },
    "https://reg.paths.io/v2/": { username: "api" },
    "reg.paths.io/v3": { username: "v3" },
    "a*b*c.paths.io": { username: "glob" },
    "xa*ab.paths.io": { username: "overlap" },
    "*": { username: "star" },
    b: { username: "short" },
  }),
  legacy: { metadata: { name: "legacy", uid: "l" }, data: { ".dockercfg": base64('{"old.io":{"auth":"dTpw"}}') } },
  token: secretOf("token", { "reg.example.com": { identitytoken: "t" } }),
  empty: { metadata: { name: "empty", uid: "e" } },
  broken: { metadata: { name: "broken", uid: "broken" }, data: { ".dockercfg": base64("{") } },
};
const objects = { secret: (name: string) => secrets[name] } as PodObjects;
const pod = (...names: string[]): Pod => ({
  metadata: { name: "p", uid: names.join() },
  spec: { containers: [], imagePullSecrets: names.map((name) => ({ name })) },
  status: {},
});

describe("AGENT-PULL: pull credentials", () => {
  it.each([
    ["busybox", ["hub/pass:word"]],
    ["reg.example.com/team/app:1", ["team/", "all/"]],
    ["reg.example.com/other", ["all/"]],
    ["a.example.org/x", ["glob/"]],
    ["a.b.example.org/x", []],
    ["rgg.x.io/x", ["stars/"]],
    ["r.x.io/x", []],
    ["reg.example.net/sub", ["/", "/"]],
    [`${"a".repeat(200)}:5000/x`, []],
    ["reg.example.com:5000/x", []],
  ])("for %s are those of its registry, the most specific first", (image, expected) => {
    const found = pullCredentials(pod("many", "broken", "odd", "slow", "none"), objects, image);
    expect(found.map(({ credentials: { username, password } }) => `${username}/${password}`)).toEqual(expected);
  });

  it.each([
    // A version of the API is not a path of the registry; anything else is.
    ["reg.paths.io/app", ["api", "host"]],
    ["reg.paths.io/v3/app", ["v3", "api", "host"]],
    ["axbyc.paths.io/app", ["glob"]],
    ["abc.paths.io/app", ["glob"]],
    ["acb.paths.io/app", []],
    ["xab.paths.io/app", []],
    ["xaab.paths.io/app", ["overlap"]],
    ["old.io/app", ["u"]],
    ["localhost/app", ["star"]],
  ])("for %s match wildcards and paths", (image, expected) => {
    const found = pullCredentials(pod("paths", "legacy", "empty"), objects, image);
    expect(found.map(({ credentials: { username } }) => username)).toEqual(expected);
  });

  it("may be an identity token", () =>
    expect(
      pullCredentials(pod("token", "one"), objects, "reg.example.com/x").map(({ credentials }) => credentials),
    ).toEqual([
      { serverAddress: "reg.example.com", username: "", password: "", identityToken: "t" },
      { serverAddress: "reg.example.com", username: "one", password: "1" },
    ]));

  it("report missing secrets by name", () => expect(missingPullSecrets(pod("one", "none"), objects)).toEqual(["none"]));
});

const image: ImageObservation = { id: "sha256:1", ref: "r", names: ["reg.example.com/app:1"], size: 1 };
/** A registry that admits the user `one`. */
class Registry {
  readonly requested: (string | undefined)[] = [];
  isOpen = false;
  here = false;
  readonly runtime = {
    imageStatus: async () => (this.here ? image : undefined),
    pullImage: async (_: string, credentials?: RegistryCredentials) => {
      this.requested.push(credentials?.username);
      if (!this.isOpen && credentials?.username !== "one") throw new Error("denied");
      this.here = true;
      return image;
    },
  } as unknown as Runtime;
}

const container = { name: "c", image: "reg.example.com/app:1", imagePullPolicy: "IfNotPresent" };
const context = { objects, recordEvent: () => {}, signal: new AbortController().signal };

describe("AGENT-PULL: an image pulled with credentials", () => {
  let directory: string;
  beforeEach(() => {
    directory = temporaryDirectory();
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("may be used with the same credentials, or by pods that can pull it, even after an agent restart", async () => {
    const registry = new Registry();
    const ask = async (policy: string, ...names: string[]) => {
      // A new agent each time.
      const puller = new ImagePuller(registry.runtime, new PullRecords(join(directory, "pulls.json")));
      const requested = { ...container, imagePullPolicy: policy };
      const outcome = await puller.ensure(pod(...names), requested, context);
      return outcome === "aborted" ? outcome : outcome.ok ? "has it" : outcome.waiting.reason;
    };
    expect(await ask("IfNotPresent", "two", "one")).toBe("has it");
    expect(registry.requested).toEqual(["two", "one"]);
    expect(await ask("IfNotPresent")).toBe("ErrImagePull");
    expect(await ask("Never")).toBe("ErrImageNeverPull");
    expect(await ask("IfNotPresent", "two")).toBe("ErrImagePull");
    registry.requested.length = 0;
    expect(await ask("IfNotPresent", "same")).toBe("has it");
    expect(await ask("Never", "one")).toBe("has it");
    expect(registry.requested).toEqual([]);
    registry.isOpen = true;
    expect(await ask("IfNotPresent")).toBe("has it");
    registry.isOpen = false;
    expect(await ask("Never", "two")).toBe("has it");
  });

  it("is not available to others before its pull has ended, although another pull of it failed meanwhile", async () => {
    const registry = new Registry();
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { pullImage } = registry.runtime;
    registry.runtime.pullImage = async (name, credentials) => {
      const pulled = await pullImage(name, credentials);
      await answered;
      return pulled;
    };
    const puller = new ImagePuller(registry.runtime, new PullRecords(join(directory, "pulls.json")));
    const ask = async (...names: string[]) => {
      const outcome = await puller.ensure(pod(...names), container, context);
      return outcome !== "aborted" && outcome.ok;
    };
    const pull = ask("one");
    expect(await ask("two")).toBe(false);
    registry.here = true;
    expect(await ask()).toBe(false);
    answer();
    expect([await pull, await ask()]).toEqual([true, false]);
  });

  it("is available to all if it was present before the node pulled anything", async () => {
    const registry = new Registry();
    registry.here = true;
    const outcome = await new ImagePuller(registry.runtime).ensure(pod(), container, context);
    expect([outcome, registry.requested]).toMatchObject([{ ok: true }, []]);
  });
});

test("AGENT-PULL: the records of a removed image are deleted", () => {
  const records = new PullRecords();
  records.pulled("a", "r", { secret: "s", hash: "h" });
  expect(records.mayUse("a", "r:1", [])).toBe(false);
  expect(records.ids).toEqual(["a"]);
  records.delete(["a"]);
  expect(records.mayUse("a", "r:1", [])).toBe(true);
});

test("AGENT-PULL: an image whose pull was interrupted by a crash is pulled again when needed", () => {
  const directory = temporaryDirectory();
  const open = () => new PullRecords(join(directory, "pulls.json"));
  open().begins("r:1");
  expect([open().mayUse("a", "r:1", []), open().mayUse("b", "other:1", [])]).toEqual([false, true]);
  open().pulled("a", "r:1", { secret: "s", hash: "h" });
  expect([open().mayUse("a", "r:1", []), open().mayUse("a", "r:1", [{ secret: "s", hash: "x" }])]).toEqual([
    false,
    true,
  ]);
  const records = open();
  records.begins("other:1");
  records.ends("other:1");
  expect(open().mayUse("b", "other:1", [])).toBe(true);
  rmSync(directory, { recursive: true });
});

test("AGENT-PULL: an image is retried later if the runtime cannot say whether it is present", async () => {
  const registry = new Registry();
  registry.runtime.imageStatus = () => Promise.reject(new Error("it is away"));
  const outcome = await new ImagePuller(registry.runtime).ensure(pod(), container, context);
  const waiting = { reason: "ImageInspectError", message: 'Failed to inspect image "": it is away' };
  expect(outcome).toMatchObject({ ok: false, waiting });
});
