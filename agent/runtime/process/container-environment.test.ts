import { afterEach, expect, test, vi } from "vitest";
import type { ContainerConfig } from "../container.ts";
import { environmentOf, unmounted } from "./container-environment.ts";

afterEach(() => vi.unstubAllEnvs());

const mount = (containerPath: string, hostPath = "/somewhere") =>
  ({ containerPath, hostPath, readOnly: false, propagation: "private" }) as const;
const config = (over: Partial<ContainerConfig>) => ({ env: [], mounts: [], ...over }) as unknown as ContainerConfig;
const of = (over: Partial<ContainerConfig>) =>
  Object.fromEntries(environmentOf(config(over), "web-0").map(({ name, value }) => [name, value]));

test("a process has its pod's hostname as HOSTNAME, unless it sets its own", () => {
  expect(of({})).toMatchObject({ HOSTNAME: "web-0" });
  expect(of({ env: [{ name: "HOSTNAME", value: "own" }] })).toMatchObject({ HOSTNAME: "own" });
});

test("npm's directories are removed from PATH", () => {
  vi.stubEnv("PATH", "/plane/node_modules/.bin:/usr/lib/npm/run-script/lib/node-gyp-bin:/usr/local/bin:/usr/bin");
  expect(of({})).toMatchObject({ PATH: "/usr/local/bin:/usr/bin" });
  expect(of({ env: [{ name: "PATH", value: "/own" }] })).toMatchObject({ PATH: "/own" });
});

test("a process learns its volumes' paths on the machine", () =>
  expect(of({ mounts: [mount("/srv/web-data", "/pods/1/volumes/data")] })).toMatchObject({
    SAILPLANE_MOUNT_srv_web_data: "/pods/1/volumes/data",
  }));

test("a volume that is not mounted at its path is reported, except the default ones", () => {
  const given = [mount("/etc/hosts"), mount("/var/run/secrets/kubernetes.io/serviceaccount")];
  expect(unmounted(config({ mounts: given }))).toBeUndefined();
  expect(unmounted(config({ mounts: [...given, mount("/web"), mount("/srv/data")] }))).toBe(
    "a plain process has no file system of its own: /web is at $SAILPLANE_MOUNT_web, /srv/data is at $SAILPLANE_MOUNT_srv_data",
  );
});
