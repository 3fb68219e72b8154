import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Container, Pod, Secret } from "../../api/generated/core.v1.ts";
import type { PodObjects } from "../pod-spec/pod-objects.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { ImagePuller } from "./image-puller.ts";
import { PullRecords } from "./pull-records.ts";

const secret: Secret = {
  metadata: { name: "s", uid: "s" },
  type: "kubernetes.io/dockerconfigjson",
  data: {
    ".dockerconfigjson": Buffer.from(
      JSON.stringify({ auths: { "r.example": { username: "a" }, "r.example/x": { username: "b" } } }),
    ).toString("base64"),
  },
};
const objects = { secret: () => secret } as unknown as PodObjects;
const pod: Pod = { metadata: { name: "p", namespace: "n", uid: "u" }, spec: { containers: [] }, status: {} };

/** Pulls fail with this message, depending on the credentials; an image that exists is present. */
function puller({ why = (): string => "no", present = false, size = 7, records = new PullRecords() } = {}) {
  const pulled: string[] = [];
  const image = { id: "sha256:1", ref: "r", names: [], size };
  const fails = { now: true };
  const runtime = {
    imageStatus: async () => (present ? image : undefined),
    pullImage: async (name: string, credentials?: { username?: string }) => {
      pulled.push(`${name} ${credentials?.username ?? ""}`.trim());
      if (fails.now) throw new Error(why());
      return image;
    },
  } as unknown as Runtime;
  const told: string[] = [];
  const tell = (type: string, reason: string, message: string) => told.push(`${type} ${reason} ${message}`);
  const made = new ImagePuller(runtime, records);
  const ensure = (container: Partial<Container>, of: Pod = pod, signal = new AbortController().signal) => {
    told.length = 0;
    return made.ensure(of, { name: "c", image: "r.example/x:1", ...container }, { objects, recordEvent: tell, signal });
  };
  return { ensure, told, pulled, fails, made, runtime };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([
  ["IfNotPresent", "r.example/x:1", true, []],
  ["IfNotPresent", "r.example/x:1", false, ["r.example/x:1"]],
  ["Always", "r.example/x:1", true, ["r.example/x:1"]],
  [undefined, "r.example/x:1", true, []],
  [undefined, "r.example/x", true, ["r.example/x"]],
  [undefined, "r.example/x:latest", true, ["r.example/x:latest"]],
  [undefined, `r.example:80/x@sha256:${"a".repeat(64)}`, true, []],
])("imagePullPolicy %s of image %s, present: %s, pulls %j", async (imagePullPolicy, image, present, expected) => {
  const { ensure, pulled, fails } = puller({ present });
  fails.now = false;
  const policy = imagePullPolicy === undefined ? {} : { imagePullPolicy };
  expect(await ensure({ image, ...policy })).toMatchObject({ ok: true, image: { id: "sha256:1" } });
  expect(pulled).toEqual(expected);
});

it("an event reports that an image is present, or the duration and size of its pull", async () => {
  const there = puller({ present: true });
  await there.ensure({});
  const already = "already present on machine and can be accessed by the pod";
  expect(there.told).toEqual([`Normal Pulled Container image "r.example/x:1" ${already}`]);
  const { ensure, told, fails } = puller();
  fails.now = false;
  await ensure({});
  const took = "in 0s (0s including waiting). Image size: 7 bytes.";
  expect(told).toEqual([
    'Normal Pulling Pulling image "r.example/x:1"',
    `Normal Pulled Successfully pulled image "r.example/x:1" ${took}`,
  ]);
});

it("an absent image with imagePullPolicy Never keeps its container waiting", async () => {
  const { ensure, told, pulled } = puller();
  const message = 'Container image "r.example/x:1" is not present with pull policy of Never';
  const waiting = { reason: "ErrImageNeverPull", message };
  expect(await ensure({ imagePullPolicy: "Never" })).toMatchObject({ ok: false, waiting });
  expect([told, pulled]).toEqual([[`Warning ErrImageNeverPull ${message}`], []]);
});

it.each([
  ["no route", "ErrImagePull", "no route"],
  [
    "RegistryUnavailable: it sleeps",
    "RegistryUnavailable",
    "image pull failed for r.example/x:1 because the registry is unavailable: it sleeps",
  ],
  [
    "SignatureValidationFailed",
    "SignatureValidationFailed",
    "image pull failed for r.example/x:1 because the signature validation failed",
  ],
])(
  "a pull that fails with %j is reported, backs off, and is retried after the back-off",
  async (said, reason, message) => {
    const { ensure, told, pulled, fails, made } = puller({ why: () => said });
    expect(await ensure({})).toMatchObject({ ok: false, waiting: { reason, message } });
    expect(told.at(-1)).toBe(`Warning Failed Failed to pull image "r.example/x:1": ${said}`);

    const words = `Back-off pulling image "r.example/x:1"`;
    const waiting = { reason: "ImagePullBackOff", message: `${words}: ${reason}: ${message}` };
    const backingOff = { ok: false, waiting };
    expect(await ensure({})).toMatchObject(backingOff);
    expect(told).toEqual([`Normal BackOff ${words}`]);
    vi.advanceTimersByTime(9000);
    expect(await ensure({})).toMatchObject(backingOff);
    vi.advanceTimersByTime(1001);
    expect(await ensure({})).toMatchObject({ waiting: { reason } });
    vi.advanceTimersByTime(19_000);
    expect(await ensure({})).toMatchObject(backingOff);
    expect(pulled).toHaveLength(2);
    // Nothing is known about another pod, and nothing about this one once it is gone.
    expect(await ensure({}, { ...pod, metadata: { ...pod.metadata, uid: "v" } })).toMatchObject({
      waiting: { reason },
    });
    made.delete("u");
    fails.now = false;
    expect(await ensure({})).toMatchObject({ ok: true });
  },
);

it("errors of all credentials are reported together, each once", async () => {
  const words = ["no", "never"];
  const of = { ...pod, spec: { containers: [], imagePullSecrets: [{ name: "s" }] } };
  const { ensure, pulled } = puller({ why: () => words.shift() ?? "no" });
  expect(await ensure({}, of)).toMatchObject({ waiting: { message: "[no, never]" } });
  expect(pulled).toEqual(["r.example/x:1 b", "r.example/x:1 a"]);
  expect(await puller().ensure({}, of)).toMatchObject({ waiting: { message: "no" } });
});

it("an image whose lookup fails or whose name is invalid is retried later", async () => {
  const { ensure, told, runtime } = puller();
  const retryAt = performance.now() + 10_000;
  expect(await ensure({ image: "Bad Image" })).toMatchObject({
    ok: false,
    waiting: { reason: "InvalidImageName" },
    retryAt,
  });
  expect(told).toEqual([expect.stringContaining('InspectFailed Failed to apply default image tag "Bad Image"')]);
  vi.spyOn(runtime, "imageStatus").mockRejectedValue(new Error("away"));
  const message = 'Failed to inspect image "": away';
  expect(await ensure({})).toEqual({ ok: false, waiting: { reason: "ImageInspectError", message }, retryAt });
  expect(told).toEqual([`Warning InspectFailed ${message}`]);
  const { retryAt: never } = (await puller().ensure({ imagePullPolicy: "Never" })) as { retryAt?: number };
  expect(never).toBe(retryAt);
  const { retryAt: failed } = (await puller().ensure({})) as { retryAt?: number };
  expect(failed).toBe(performance.now() + 1000);
});

it("a successful pull resets the back-off", async () => {
  const { ensure, fails } = puller();
  const always = () => ensure({ imagePullPolicy: "Always" });
  await always();
  vi.advanceTimersByTime(10_001);
  await always();
  vi.advanceTimersByTime(20_001);
  fails.now = false;
  expect(await always()).toMatchObject({ ok: true });
  fails.now = true;
  expect(await always()).toMatchObject({ waiting: { reason: "ErrImagePull" } });
  vi.advanceTimersByTime(9999);
  expect(await always()).toMatchObject({ waiting: { reason: "ImagePullBackOff" } });
  vi.advanceTimersByTime(2);
  expect(await always()).toMatchObject({ waiting: { reason: "ErrImagePull" } });
});

it("concurrent pulls of an image are merged, and each reports the duration", async () => {
  const { ensure, told, pulled, runtime } = puller();
  const image = { id: "sha256:1", ref: "r", names: [], size: 7 };
  let finish = () => {};
  vi.spyOn(runtime, "pullImage").mockImplementation((name) => {
    pulled.push(name);
    return new Promise((resolve) => (finish = () => resolve(image)));
  });
  vi.advanceTimersByTime(5000);
  const both = Promise.all([ensure({}), ensure({}, { ...pod, metadata: { ...pod.metadata, uid: "v" } })]);
  await vi.advanceTimersByTimeAsync(2000);
  finish();
  expect(await both).toMatchObject([{ ok: true }, { ok: true }]);
  expect(pulled).toEqual(["r.example/x:1"]);
  const words = 'Successfully pulled image "r.example/x:1" in 2s (2s including waiting). Image size: 7 bytes.';
  expect(told.slice(-2)).toEqual([`Normal Pulled ${words}`, `Normal Pulled ${words}`]);
});

describe("pulls that do not end", () => {
  /** The names of the images whose pulls have begun, and which of them were cancelled. */
  function hanging() {
    const made = puller();
    const cancelled: string[] = [];
    vi.spyOn(made.runtime, "pullImage").mockImplementation((name, _, signal) => {
      made.pulled.push(name);
      return new Promise((_, reject) =>
        signal?.addEventListener("abort", () => {
          cancelled.push(name);
          reject(new Error("context canceled"));
        }),
      );
    });
    return { ...made, cancelled };
  }
  const other = { ...pod, metadata: { ...pod.metadata, uid: "v" } };

  it("AGENT-PULL-END: are cancelled when no pod waits any more, and begun anew by the next one", async () => {
    const { ensure, pulled, cancelled, told } = hanging();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = ensure({}, pod, one.signal);
    const second = ensure({}, other, two.signal);
    await vi.advanceTimersByTimeAsync(1000);
    one.abort();
    expect(await first).toBe("aborted");
    expect(cancelled).toEqual([]);
    two.abort();
    expect(await second).toBe("aborted");
    expect(cancelled).toEqual(["r.example/x:1"]);
    void ensure({});
    await vi.advanceTimersByTimeAsync(1);
    expect(pulled).toEqual(["r.example/x:1", "r.example/x:1"]);
    expect(told).toEqual(['Normal Pulling Pulling image "r.example/x:1"']);
  });

  it("AGENT-PULL-TURNS: hold up others for a minute at most, of which only five begin at a time", async () => {
    const { ensure, pulled } = hanging();
    const ended = new AbortController();
    for (const n of [1, 2, 3, 4, 5, 6, 7]) void ensure({ image: `r.example/x:${n}` }, pod, ended.signal);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(pulled).toHaveLength(5);
    await vi.advanceTimersByTimeAsync(2000);
    expect(pulled).toHaveLength(7);
    for (const n of [8, 9, 10, 11]) void ensure({ image: `r.example/x:${n}` }, other);
    await vi.advanceTimersByTimeAsync(1);
    expect(pulled).toHaveLength(10);
    ended.abort();
    await vi.advanceTimersByTimeAsync(1);
    expect(pulled).toHaveLength(11);
  });
});

it("AGENT-PULL: the records of who may use an image survive a pull in progress and a failed one", async () => {
  const records = new PullRecords();
  const of = { ...pod, spec: { containers: [], imagePullSecrets: [{ name: "s" }] } };
  const isForAll = () => records.mayUse("sha256:1", "r.example/x:1", []);
  const meanwhile: boolean[] = [];
  const why = () => {
    meanwhile.push(isForAll());
    return "no";
  };
  const { ensure, fails } = puller({ why, records });
  await ensure({}, of);
  expect([meanwhile, isForAll(), records.ids]).toEqual([[false, false], true, []]);
  fails.now = false;
  vi.advanceTimersByTime(10_001);
  await ensure({}, of);
  expect([isForAll(), records.ids]).toEqual([false, ["sha256:1"]]);
});
