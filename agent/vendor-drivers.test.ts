import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import type { ApiClient } from "../client/api-client.ts";
import { FakeDevicePlugin } from "../test/fakes/node/fake-device-plugin.ts";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { namesIn } from "./files/names-in.ts";
import { VendorDrivers, type VendorDriversOptions } from "./vendor-drivers.ts";

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});

const reported: string[] = [];
const driversIn = (kubeletDirectory: string) =>
  new VendorDrivers({
    kubeletDirectory,
    dataDirectory: directory,
    nodeName: "n",
    client: {} as ApiClient,
    sources: {} as VendorDriversOptions["sources"],
    onChange: () => {},
    onHealth: () => {},
    register: async () => {},
    pods: () => [],
    log: { info: () => {}, warn: (line) => reported.push(line) },
  });

it("AGENT-CSI, AGENT-DEVICES: a node creates the directories of vendor drivers at startup", async () => {
  const drivers = driversIn(join(directory, "kubelet"));
  await drivers.open();
  drivers.close();
  const made = namesIn(join(directory, "kubelet")).sort();
  expect(made).toEqual(["device-plugins", "plugins", "plugins_registry", "pod-resources", "pods"]);
});

it("AGENT-DEVICES-CAPACITY: a resource whose plugin has not come back since the agent restarted has no devices", async () => {
  const kubelet = join(directory, "kubelet");
  const before = driversIn(kubelet);
  await before.open();
  const plugin = await FakeDevicePlugin.start(join(kubelet, "device-plugins"), "example.com/widget", { a: true });
  await expect.poll(() => before.amounts.get("example.com/widget")).toEqual({ capacity: 1, allocatable: 1 });
  plugin.stop();
  before.close();
  expect([...driversIn(kubelet).amounts]).toEqual([["example.com/widget", { capacity: 0, allocatable: 0 }]]);
});

it("a node that cannot create these directories reports this and continues", async () => {
  writeFileSync(join(directory, "file"), "");
  const drivers = driversIn(join(directory, "file"));
  await drivers.open();
  drivers.close();
  expect(reported.map((line) => line.split(":")[0])).toEqual([
    "drivers will not find the node",
    "no CSI driver can register",
    "no DRA driver can register",
    "no device plugin can register",
    "no pod resources",
  ]);
});
