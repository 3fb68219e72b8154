import { expect, test } from "vitest";
import type { CustomResourceDefinition } from "../../../api/generated/apiextensions.v1.ts";
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import { type ControlledCluster, controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { customApiServices } from "./custom-api-services.ts";

const DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";
const SERVICES = "apiservices.apiregistration.k8s.io";

const definition = (plural: string, versions: Readonly<Record<string, boolean>>): CustomResourceDefinition => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.example.com` },
  spec: {
    group: "example.com",
    scope: "Cluster",
    names: { plural, kind: plural },
    versions: Object.entries(versions).map(([name, served]) => ({ name, served, storage: name === "v1" })),
  },
  status: {},
});
const names = ({ cluster }: ControlledCluster) =>
  cluster.list<APIService>(SERVICES).map(({ metadata }) => metadata.name);

test("each served group version of custom kinds has an APIService, while one definition serves it", async () => {
  const at = controlledCluster([customApiServices]);
  at.cluster.put(DEFINITIONS, definition("widgets", { v1: true, v1beta1: true, v1alpha1: false }));
  at.cluster.put(DEFINITIONS, definition("gadgets", { v1: true }));
  await at.settle();
  expect(names(at).sort()).toEqual(["v1.example.com", "v1beta1.example.com"]);
  expect(at.cluster.get<APIService>(SERVICES, "", "v1.example.com")).toMatchObject({
    metadata: { labels: { "kube-aggregator.kubernetes.io/automanaged": "true" } },
    spec: { group: "example.com", version: "v1", groupPriorityMinimum: 1000, versionPriority: 100 },
  });
  at.cluster.change<CustomResourceDefinition>(DEFINITIONS, "", "widgets.example.com", (draft) => {
    draft.spec.versions = draft.spec.versions.filter(({ name }) => name === "v1");
  });
  await at.settle();
  expect(names(at)).toEqual(["v1.example.com"]);
  at.cluster.remove(DEFINITIONS, "", "widgets.example.com");
  await at.settle();
  expect(names(at)).toEqual(["v1.example.com"]);
  at.cluster.remove(DEFINITIONS, "", "gadgets.example.com");
  await at.settle();
  expect(names(at)).toEqual([]);
  expect(at.complaints).toEqual([]);
});

test("a removed or changed APIService is restored, and a manual one is left alone", async () => {
  const at = controlledCluster([customApiServices]);
  at.cluster.put(DEFINITIONS, definition("widgets", { v1: true }));
  await at.settle();
  at.cluster.remove(SERVICES, "", "v1.example.com");
  await at.settle();
  expect(names(at)).toEqual(["v1.example.com"]);
  const change = (edit: (draft: APIService) => void) =>
    at.cluster.change<APIService>(SERVICES, "", "v1.example.com", edit);
  change((draft) => {
    draft.spec.versionPriority = 5;
  });
  await at.settle();
  const priority = () => at.cluster.get<APIService>(SERVICES, "", "v1.example.com")?.spec.versionPriority;
  expect(priority()).toBe(100);
  change((draft) => {
    delete draft.metadata.labels;
    draft.spec.versionPriority = 7;
  });
  at.cluster.remove(DEFINITIONS, "", "widgets.example.com");
  await at.settle();
  expect(priority()).toBe(7);
  expect(at.complaints).toEqual([]);
});
