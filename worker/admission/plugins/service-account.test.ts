import { expect, test } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { KubeObject } from "../../../api/machinery/meta.ts";
import type { Key } from "../../../api/store/store.ts";
import type { AdmissionRequest } from "../plugin.ts";
import { serviceAccountAdmission } from "./service-account.ts";

/** A pod is created in a namespace, of which there is that much; returns what was read, in order. */
async function creation(found: Readonly<Record<string, object | undefined>>) {
  const read: string[] = [];
  const request = {
    operation: "CREATE",
    namespace: "ns",
    object: { metadata: { name: "p" }, spec: { containers: [] } } as unknown as Pod,
    context: { served: { resource: { group: "", plural: "pods" } } },
    reads: {
      forget: () => undefined,
      object: async ({ resource }: Key) => {
        read.push(resource);
        return found[resource] as KubeObject | undefined;
      },
    },
  } as unknown as AdmissionRequest;
  const refused = await Promise.resolve(serviceAccountAdmission.mutate?.(request)).catch((error: Error) => error);
  return { read, refused };
}

test.each([
  ["is missing", undefined],
  ["is being deleted", { metadata: { name: "ns", deletionTimestamp: "2026-01-01T00:00:00Z" } }],
])("ADM-ACCOUNT: no pod waits for the account of a namespace that %s", async (_, namespaces) => {
  const { read, refused } = await creation({ namespaces });
  expect(refused).toBeInstanceOf(Error);
  expect(read).toEqual(["serviceaccounts", "namespaces"]);
});

test("ADM-ACCOUNT: a pod waits for the account of a namespace that is there", async () => {
  const { read } = await creation({ namespaces: { metadata: { name: "ns" } } });
  expect(read.filter((resource) => resource === "serviceaccounts")).toHaveLength(10);
});
