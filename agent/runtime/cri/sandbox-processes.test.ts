import { expect, test } from "vitest";
import { SandboxProcesses } from "./sandbox-processes.ts";

const sandbox = (id: string, state = "SANDBOX_READY") => ({
  id,
  state,
  metadata: { namespace: "ns", name: `pod-${id}` },
  labels: { "io.kubernetes.pod.uid": `uid-${id}` },
});
const own = (pid: number) => ({ status: { network: { ip: "10.0.0.1" } }, info: { info: JSON.stringify({ pid }) } });

test("each sandbox is queried once for its process and whether it has its own network namespace", async () => {
  const requests: string[] = [];
  let items = [sandbox("a"), sandbox("host"), sandbox("mute"), sandbox("ended", "SANDBOX_NOTREADY"), sandbox("gone")];
  const statuses: Record<string, unknown> = {
    a: own(7),
    host: { status: { network: { ip: "" } }, info: { info: '{"pid":8}' } },
    mute: { status: { network: { ip: "10.0.0.2" } }, info: {} },
  };
  const call = async (method: string, { pod_sandbox_id: id }: { pod_sandbox_id: string }) => {
    if (method === "ListPodSandbox") return { items };
    requests.push(id);
    if (statuses[id] === undefined) throw new Error("not found");
    return statuses[id];
  };
  const processes = new SandboxProcesses({ call } as never, {});
  const first = { sandboxId: "a", pod: { namespace: "ns", name: "pod-a", uid: "uid-a" }, pid: 7, ownsNetwork: true };
  const onMachine = { pod: { namespace: "ns", name: "pod-host", uid: "uid-host" }, pid: 8, ownsNetwork: false };
  const all = [first, { sandboxId: "host", ...onMachine }];
  expect(await processes.list()).toEqual(all);
  expect(await processes.list()).toEqual(all);
  expect(requests).toEqual(["a", "host", "mute", "gone"]);

  items = [];
  expect(await processes.list()).toEqual([]);
  items = [sandbox("a")];
  statuses.a = own(9);
  expect(await processes.list()).toEqual([{ ...first, pid: 9 }]);
});
