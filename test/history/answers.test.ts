import { expect, it } from "vitest";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import { ClusterState } from "./cluster-state.ts";
import { type Read, wrongReads } from "./reads.ts";
import { type Refusal, wrongRefusals } from "./refusals.ts";
import { unauthorized } from "./rights.ts";
import { history, made, type Step } from "./steps.ts";

const initial = () => new ClusterState();
const CLERK = { user: "clerk", resource: "configmaps", namespace: "ns" };

const role = (...verbs: readonly string[]) =>
  made("r", { rules: [{ apiGroups: [""], resources: ["configmaps"], verbs }] });
const binding = made("b", { roleRef: { kind: "Role", name: "r" }, subjects: [{ kind: "User", name: "clerk" }] });
const ROLES = "roles.rbac.authorization.k8s.io";
const BINDINGS = "rolebindings.rbac.authorization.k8s.io";
const GRANT: readonly Step[] = [
  ["ADDED", ROLES, role("create")],
  ["ADDED", BINDINGS, binding],
];

const read = (revision: number, found: readonly string[], since = 0): Read => ({
  ...{ what: "list", resource: "configmaps", selects: () => true, revision, since, found },
});

it.each<[what: string, read: Read, problem: string]>([
  ["that lacks an object", read(2, ["ns/a 1"]), "list at 2: ns/b 2 is missing, nothing is wrong"],
  ["with an older object", read(3, ["ns/a 1", "ns/b 2"]), "list at 3: ns/b 3 is missing, ns/b 2 is wrong"],
  ["with an object that is gone", read(4, ["ns/a 1", "ns/b 3"]), "list at 4: nothing is missing, ns/a 1 is wrong"],
  ["of the past", read(2, ["ns/a 1", "ns/b 2"], 3), "list at 2: 3 had been told before"],
  ["with an object twice", read(4, ["ns/b 3", "ns/b 3"]), "list at 4: an object is listed twice"],
])("finds a list %s", (_, wrong, problem) => {
  const changes = history([
    ["ADDED", "configmaps", made("a")],
    ["ADDED", "configmaps", made("b")],
    ["MODIFIED", "configmaps", made("b", { data: {} })],
    ["DELETED", "configmaps", made("a")],
  ]);
  expect([...wrongReads([read(2, ["ns/a 1", "ns/b 2"], 2), wrong], initial(), changes)]).toEqual([problem]);
});

it("finds what a user wrote after the right to it was revoked", () => {
  const changes = history([
    ...GRANT,
    ["ADDED", "configmaps", made("a")],
    ["MODIFIED", ROLES, role("get")],
    ["ADDED", "configmaps", made("b")],
  ]);
  const written = changes
    .filter(({ resource }) => resource === "configmaps")
    .map(({ resource, object }) => ({ method: "POST", resource, object: object as Stored<KubeObject>, user: "clerk" }));
  expect([...unauthorized(written, initial(), changes)]).toEqual(["clerk could not create configmaps ns/b at 5"]);
});

const refusal = (since: number, message: string): Refusal => ({
  ...{ method: "POST", ...CLERK, since, at: 0, message },
});

it("finds refusals by policies that were gone", () => {
  const named = { metadata: { name: "p", uid: "p" }, spec: { policyName: "p" } };
  const kind = (which: string) => `validatingadmission${which}.admissionregistration.k8s.io`;
  const changes = history([
    ["ADDED", kind("policies"), named],
    ["ADDED", kind("policybindings"), { ...named, metadata: { name: "p", uid: "b" } }],
    ["DELETED", kind("policybindings"), { ...named, metadata: { name: "p", uid: "b" } }],
  ]);
  const message = "configmaps \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p' denied request: no";
  const refusals = [refusal(2, message), refusal(3, message)];
  expect([...wrongRefusals(refusals, { initial, changes })]).toEqual([
    "POST of configmaps after 3 was refused by p, which was gone",
  ]);
});

it("finds refusals of what a user was allowed to do", () => {
  const message = 'configmaps is forbidden: User "clerk" cannot create resource "configmaps" in API group ""';
  const refusals = [refusal(1, message), refusal(2, message)];
  expect([...wrongRefusals(refusals, { initial, changes: history(GRANT) })]).toEqual([
    `POST of configmaps after 2 was refused, but had been allowed: ${message}`,
  ]);
});
