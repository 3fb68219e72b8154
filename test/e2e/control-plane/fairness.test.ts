/** Requests of users whose priority level has few seats, or none. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { callApi } from "../rig/api-call.ts";
import { Cluster } from "../rig/cluster.ts";

const MAPS = "/api/v1/namespaces/default/configmaps";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(() => cluster.remove());

/** A level for the user of that name alone, who may do anything. */
function limitUser(name: string, limited: object): Promise<string> {
  const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] };
  const apiVersion = "flowcontrol.apiserver.k8s.io/v1";
  const rbac = "rbac.authorization.k8s.io";
  const metadata = { name };
  const items = [
    { apiVersion, kind: "PriorityLevelConfiguration", metadata, spec: { type: "Limited", limited } },
    {
      ...{ apiVersion, kind: "FlowSchema", metadata },
      spec: {
        priorityLevelConfiguration: metadata,
        matchingPrecedence: 500,
        rules: [{ subjects: [{ kind: "User", user: metadata }], resourceRules: [everything] }],
      },
    },
    {
      ...{ apiVersion: `${rbac}/v1`, kind: "ClusterRoleBinding", metadata },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ apiGroup: rbac, kind: "User", name }],
    },
  ];
  return cluster.output("apply -f -", { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) });
}

const listAs = (name: string) => callApi(cluster, MAPS, { headers: { "Impersonate-User": name } });

test("FAIR-LEVEL: a level without seats that rejects answers 429, and others are served", async () => {
  await limitUser("jane", { nominalConcurrencyShares: 0, borrowingLimitPercent: 0, limitResponse: { type: "Reject" } });
  const { status, headers, text } = await listAs("jane");
  expect([status, headers.get("Retry-After")]).toEqual([429, "1"]);
  expect(JSON.parse(text)).toMatchObject({ message: "Too many requests, please try again later." });
  expect((await listAs("somebody")).status).toBe(403);
  expect((await callApi(cluster, MAPS)).status).toBe(200);
});

test("FAIR-LEVEL: requests beyond the seats of a level that queues wait for their turn", async () => {
  const queuing = { queues: 1, handSize: 1, queueLengthLimit: 50 };
  const few = { nominalConcurrencyShares: 1, borrowingLimitPercent: 0, limitResponse: { type: "Queue", queuing } };
  await limitUser("ann", few);
  const answers = await Promise.all(Array.from({ length: 40 }, () => listAs("ann")));
  expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
});

test("FAIR-LEVEL: metrics say what levels have, use and refused", async () => {
  const { text } = await callApi(cluster, "/metrics");
  expect(text).toContain('apiserver_flowcontrol_nominal_limit_seats{priority_level="jane"} 0\n');
  expect(text).toContain('apiserver_flowcontrol_current_executing_seats{priority_level="ann"} 0\n');
  expect(text).toMatch(/apiserver_flowcontrol_rejected_requests_total\{priority_level="jane"\} [1-9]/);
});
