import { expect, test } from "vitest";
import { OperationCounts } from "./operation-counts.ts";

test.each([
  ["RunPodSandbox", "run_podsandbox"],
  ["ListPodSandbox", "list_podsandbox"],
  ["PodSandboxStatus", "podsandbox_status"],
  ["UpdateContainerResources", "update_container"],
  ["ReopenContainerLog", "reopen_container_log"],
  ["ImageFsInfo", "image_fs_info"],
  ["ExecSync", "exec_sync"],
  ["Version", "version"],
])("%s counts as the kubelet's %s", (method, operation) => {
  const counts = new OperationCounts();
  counts.count(method, { seconds: 0, failed: false });
  expect(counts.all).toMatchObject([{ operation, count: 1, errors: 0 }]);
});

test("calls are counted with their failures, by duration", () => {
  const counts = new OperationCounts();
  for (const [seconds, failed] of [[0.005, false] as const, [0.013, true] as const, [1000, false] as const])
    counts.count("PullImage", { seconds, failed });
  const [{ count, errors, seconds } = { count: 0, errors: 0, seconds: undefined }] = counts.all;
  expect([count, errors, seconds?.sum]).toEqual([3, 1, 1000.018]);
  expect(seconds?.bounds.slice(0, 4)).toEqual([0.005, 0.0125, 0.03125, 0.078125]);
  expect(seconds?.bounds).toHaveLength(14);
  expect(seconds?.counts).toEqual([1, 1, ...new Array(12).fill(2), 3]);
});
