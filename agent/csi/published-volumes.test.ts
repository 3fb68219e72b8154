import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { isThere, type Published, PublishedVolumes } from "./published-volumes.ts";
import { sha256 } from "./wanted-volume.ts";

const record: Published = {
  driverName: "d.example",
  volumeHandle: "h",
  specVolID: "v",
  volumeLifecycleMode: "Persistent",
  block: false,
  staged: true,
  attached: false,
};
const wanted = { driver: "d.example", handle: "h", name: "v" };

describe("AGENT-CSI: volumes published for pods", () => {
  let directory: string;
  let volumes: PublishedVolumes;
  beforeEach(() => {
    directory = temporaryDirectory();
    volumes = new PublishedVolumes(directory);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("have the paths that drivers know from the kubelet", () => {
    const at = (path: string) => join(directory, path);
    expect(volumes.home("u", "v")).toBe(at("pods/u/volumes/kubernetes.io~csi/v"));
    expect(volumes.target("u", { name: "v", block: false })).toBe(at("pods/u/volumes/kubernetes.io~csi/v/mount"));
    const plugins = "plugins/kubernetes.io/csi";
    expect(volumes.target("u", { name: "v", block: true })).toBe(at(`${plugins}/volumeDevices/publish/v/u`));
    expect(volumes.staging({ ...wanted, block: true })).toBe(at(`${plugins}/volumeDevices/staging/v`));
    expect(volumes.staging({ ...wanted, block: false })).toBe(at(`${plugins}/d.example/${sha256("h")}/globalmount`));
  });

  it("are found by their record until it is deleted", () => {
    const home = volumes.home("u", "v");
    volumes.write(home, record);
    mkdirSync(volumes.home("u", "other"), { recursive: true });
    expect(volumes.all()).toEqual([{ uid: "u", home, record }]);
    volumes.delete(home);
    expect([volumes.all(), existsSync(home)]).toEqual([[], false]);
    volumes.delete(home);
  });

  it("have only their empty directories removed", () => {
    volumes.write(volumes.home("u", "v"), record);
    volumes.removeDirectories("u");
    expect(volumes.read(volumes.home("u", "v"))).toEqual(record);
    const kept = join(volumes.home("u", "v"), "mount");
    writeFileSync(kept, "");
    volumes.delete(volumes.home("u", "v"));
    volumes.removeDirectories("u");
    expect(existsSync(kept)).toBe(true);
    rmSync(kept);
    volumes.delete(volumes.home("u", "v"));
    volumes.removeDirectories("u");
    expect(existsSync(join(directory, "pods/u"))).toBe(false);
  });

  it("count as published only if mounted: after a reboot only the directory remains", () => {
    expect([isThere("/proc", false), isThere(directory, false), isThere(join(directory, "none"), false)]).toEqual([
      true,
      false,
      false,
    ]);
    const file = join(directory, "file");
    writeFileSync(file, "");
    expect([isThere(file, true), isThere(join(directory, "none"), true)]).toEqual([false, false]);
  });
});
