import { expect, test } from "vitest";
import type { CustomResourceDefinition } from "../../generated/apiextensions.v1.ts";
import { acceptNames } from "./accepted-names.ts";
import { setApprovalCondition } from "./api-approval.ts";

const NOW = "2026-01-01T00:00:00Z";

const definition = (plural: string, kind: string, shortNames?: string[]): CustomResourceDefinition => ({
  metadata: { name: `${plural}.e.com` },
  spec: {
    group: "e.com",
    scope: "Namespaced",
    names: {
      plural,
      singular: kind.toLowerCase(),
      kind,
      listKind: `${kind}List`,
      ...(shortNames ? { shortNames } : {}),
    },
    versions: [],
  },
  status: {},
});

const conditions = ({ status }: CustomResourceDefinition) =>
  status.conditions?.map(({ type, status: is, reason, message }) => `${type}=${is} ${reason}: ${message}`);

test("CRD-ESTABLISH: a definition without name conflicts is established at once", () => {
  const foos = definition("foos", "Foo", ["f"]);
  acceptNames(foos, [], NOW);
  expect(foos.status.acceptedNames).toEqual(foos.spec.names);
  expect(conditions(foos)).toEqual([
    "NamesAccepted=True NoConflicts: no conflicts found",
    "Established=True InitialNamesAccepted: the initial names have been accepted",
  ]);
});

test("CRD-NAMES: a definition with conflicting names waits, and gets the names when they are free", () => {
  const foos = definition("foos", "Foo", ["f"]);
  acceptNames(foos, [], NOW);
  const others = definition("others", "Foo", ["f"]);
  acceptNames(others, [foos], NOW);
  expect(others.status.acceptedNames).toEqual({
    plural: "others",
    singular: undefined,
    ...others.status.acceptedNames,
  });
  expect(conditions(others)).toEqual([
    'NamesAccepted=False ListKindConflict: "FooList" is already in use',
    "Established=False NotAccepted: not all names are accepted",
  ]);
  acceptNames(others, [], NOW);
  expect(others.status.acceptedNames?.kind).toBe("Foo");
  expect(conditions(others)?.at(-1)).toContain("Established=True");
});

test("an established definition stays established, even if a new name conflicts", () => {
  const foos = definition("foos", "Foo");
  acceptNames(foos, [], NOW);
  const bars = definition("bars", "Bar", ["b"]);
  acceptNames(bars, [foos], NOW);
  foos.spec.names.shortNames = ["b"];
  acceptNames(foos, [bars], "2026-01-02T00:00:00Z");
  expect(conditions(foos)).toEqual([
    'NamesAccepted=False ShortNamesConflict: "b" is already in use',
    "Established=True InitialNamesAccepted: the initial names have been accepted",
  ]);
  expect(foos.status.conditions?.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([
    "2026-01-02T00:00:00Z",
    NOW,
  ]);
});

test("CRD-ESTABLISH: a definition is not served if its webhook has no CA bundle", () => {
  const foos = definition("foos", "Foo");
  const webhook = { conversionReviewVersions: ["v1"], clientConfig: { url: "https://e.com", caBundle: "Cg==" } };
  foos.spec.conversion = { strategy: "Webhook", webhook };
  acceptNames(foos, [], NOW);
  expect(conditions(foos)?.at(-1)).toBe(
    "Established=False InvalidCABundle: The conversion webhook CABundle is invalid",
  );
});

test("CRD-APPROVAL: a definition in a protected group requires the api-approved annotation", () => {
  const messages = (group: string, approval?: string) => {
    const foos = definition("foos", "Foo");
    foos.spec.group = group;
    if (approval !== undefined) foos.metadata.annotations = { "api-approved.kubernetes.io": approval };
    setApprovalCondition(foos, NOW);
    return conditions(foos);
  };
  const type = "KubernetesAPIApprovalPolicyConformant";
  const url = "https://github.com/kubernetes/kubernetes/pull/1";
  expect(messages("e.com")).toBeUndefined();
  expect(messages("sigs.k8s.io", url)).toEqual([`${type}=True ApprovedAnnotation: approved in ${url}`]);
  expect(messages("k8s.io", "unapproved, a trial")).toEqual([
    `${type}=False UnapprovedAnnotation: not approved: "unapproved, a trial"`,
  ]);
  expect(messages("k8s.io", "hm")?.[0]).toContain("False InvalidAnnotation: protected groups must have");
  expect(messages("x.kubernetes.io")?.[0]).toContain("False MissingAnnotation: protected groups must have");
});
