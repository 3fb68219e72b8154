import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test, vi } from "vitest";
import { localVolumeRequest } from "../../../api/node/local-volumes.ts";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { changeLocalVolumes } from "../../node-api/local-volumes.ts";
import { LocalVolumes } from "./local-volumes.ts";
import { openLocalVolumes } from "./open-local-volumes.ts";

let base: string;
let directory: string;
let users: string[];
let warned: string[];

beforeEach(() => {
  base = temporaryDirectory();
  directory = join(base, "local-volumes");
  [users, warned] = [[], []];
});

const log = { info() {}, warn: (message: string) => warned.push(message) };
const open = () => new LocalVolumes({ directory, usersOf: () => users, log });
const at = (name: string) => join(directory, name);
const gone = () => vi.waitFor(() => expect(readdirSync(directory)).toEqual([]));

test("AGENT-VOLUME-LOCAL: a volume is a world-writable directory within one that only the node can enter", () => {
  const volumes = open();
  expect(volumes.make("pvc-1", at("pvc-1"))).toBe(at("pvc-1"));
  const modes = [directory, at("pvc-1")].map((path) => (statSync(path).mode & 0o7777).toString(8));
  expect(modes).toEqual(["700", "777"]);
});

test("AGENT-VOLUME-LOCAL: an existing volume keeps its content and permissions", () => {
  open().make("pvc-1", at("pvc-1"));
  writeFileSync(join(at("pvc-1"), "kept"), "1");
  open().make("pvc-1", at("pvc-1"));
  expect(readFileSync(join(at("pvc-1"), "kept"), "utf8")).toBe("1");
  expect(open().names).toEqual(["pvc-1"]);
});

test("AGENT-VOLUME-LOCAL: the node reports how many volumes it keeps and how many are in use", () => {
  const usersOf = (name: string) => (name === "pvc-2" ? ["uid"] : []);
  const volumes = new LocalVolumes({ directory, usersOf, log });
  expect(volumes.use).toEqual({ directory, kept: 0, used: 0 });
  for (const name of ["pvc-1", "pvc-2", "pvc-3"]) volumes.make(name, at(name));
  mkdirSync(at(".new-1"));
  expect(volumes.use).toEqual({ directory, kept: 3, used: 1 });
});

test("AGENT-VOLUME-LOCAL-SAFE: removing a volume is idempotent, and does not follow links", async () => {
  mkdirSync(join(base, "outside"));
  writeFileSync(join(base, "outside", "kept"), "1");
  const volumes = open();
  volumes.make("pvc-1", at("pvc-1"));
  symlinkSync(join(base, "outside"), join(at("pvc-1"), "out"));
  mkdirSync(join(at("pvc-1"), "deep", "er"), { recursive: true });
  volumes.remove("pvc-1", at("pvc-1"));
  expect(existsSync(at("pvc-1"))).toBe(false);
  volumes.remove("pvc-1", at("pvc-1"));
  await gone();
  // The volume itself may have become a link.
  symlinkSync(join(base, "outside"), at("pvc-2"));
  volumes.remove("pvc-2", at("pvc-2"));
  await gone();
  expect(readdirSync(join(base, "outside"))).toEqual(["kept"]);
});

test("AGENT-VOLUME-LOCAL-WHOLE: a killed agent leaves no half-created volume, and the next start completes removals", async () => {
  mkdirSync(at(".new-abc"), { recursive: true });
  mkdirSync(join(at(".removed-def"), "pvc-1", "deep"), { recursive: true });
  mkdirSync(at("pvc-2"));
  const volumes = open();
  await vi.waitFor(() => expect(readdirSync(directory)).toEqual(["pvc-2"]));
  expect([volumes.names, warned]).toEqual([["pvc-2"], []]);
});

test.each<[string, string, string | undefined, number, RegExp]>([
  ["leads out of the directory", "..", undefined, 400, /"" is not a volume name/],
  ["is a path", "a/b", undefined, 400, /"a\/b" is not a volume name/],
  ["is reserved for the node", ".removed-x", undefined, 400, /not a volume name/],
  ["is empty", "", undefined, 400, /not a volume name/],
  [
    "is expected at another path",
    "pvc-1",
    "/etc/pvc-1",
    409,
    /keeps its local volumes in .*local-volumes: not \/etc\/pvc-1$/,
  ],
])("AGENT-VOLUME-LOCAL-SAFE: a volume whose name %s is neither created nor removed", (_, name, path, code, why) => {
  const volumes = open();
  for (const method of ["PUT", "DELETE"] as const) {
    const answer = changeLocalVolumes({ method, path: localVolumeRequest(name, path ?? at(name)) }, volumes);
    expect(answer.status).toBe(code);
    expect(JSON.parse(answer.body as string)).toMatchObject({ kind: "Status", message: expect.stringMatching(why) });
  }
  expect(readdirSync(directory)).toEqual([]);
});

test("AGENT-VOLUME-LOCAL-SAFE: a volume in use by a pod is not removed", () => {
  const volumes = open();
  volumes.make("pvc-1", at("pvc-1"));
  users = ["uid"];
  const request = { method: "DELETE", path: localVolumeRequest("pvc-1", at("pvc-1")) } as const;
  const refused = changeLocalVolumes(request, volumes);
  expect([refused.status, existsSync(at("pvc-1"))]).toEqual([409, true]);
  users = [];
  expect(changeLocalVolumes(request, volumes)).toMatchObject({ status: 200, body: "{}" });
});

test.skipIf(process.getuid?.() !== 0 || process.platform !== "linux")(
  "AGENT-VOLUME-LOCAL-SAFE: a full disk is reported as such, and mounts inside a volume keep it from being removed",
  () => {
    mkdirSync(directory);
    const mount = (at: string) => execFileSync("mount", ["-t", "tmpfs", "-o", "nr_inodes=3", "tmpfs", at]);
    mount(directory);
    try {
      const volumes = open();
      const answer = (method: "PUT" | "DELETE", name: string) =>
        changeLocalVolumes({ method, path: localVolumeRequest(name, at(name)) }, volumes).status;
      expect(["pvc-1", "pvc-2", "pvc-3"].map((name) => answer("PUT", name))).toEqual([200, 200, 507]);
      expect(readdirSync(directory).sort()).toEqual(["pvc-1", "pvc-2"]);
      mount(at("pvc-1"));
      expect(answer("DELETE", "pvc-1")).toBe(409);
      execFileSync("umount", [at("pvc-1")]);
    } finally {
      execFileSync("umount", ["-l", directory]);
    }
  },
);

test("AGENT-VOLUME-LOCAL: a node without local volumes answers 404, and a node that cannot keep any has none", () => {
  const request = { method: "PUT", path: localVolumeRequest("pvc-1", at("pvc-1")) } as const;
  expect(changeLocalVolumes(request, undefined).status).toBe(404);
  const opened = (localVolumes?: string, simulates = false) =>
    openLocalVolumes(
      { dataDirectory: base, settings: localVolumes === undefined ? {} : { localVolumes } },
      { runtime: { simulates }, log },
    )?.directory;
  writeFileSync(join(base, "file"), "");
  expect([opened(), opened(join(base, "own")), opened("off"), opened(undefined, true)]).toEqual([
    directory,
    join(base, "own"),
    undefined,
    undefined,
  ]);
  expect([opened(join(base, "file", "below")), warned.length]).toEqual([undefined, 1]);
});
