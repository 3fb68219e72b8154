import type { DaemonSet } from "../../generated/apps.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { formatLabels } from "../core/cells.ts";
import { podWarnings } from "../core/pod/pod-template.ts";
import { defineResource } from "../resource.ts";
import { ageColumn } from "../time-columns.ts";
import { validateDaemonSet, validateDaemonSetStatusUpdate, validateDaemonSetUpdate } from "./daemon-set-validation.ts";
import { containersColumn, imagesColumn, selectorColumn } from "./pod-columns.ts";
import { defaultPodTemplate } from "./pod-template.ts";

/** The remainder of the field `spec.templateGeneration` of older versions; it counts changes of the template. */
const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

export const daemonSet = defineResource<DaemonSet>({
  group: "apps",
  version: "v1",
  kind: "DaemonSet",
  plural: "daemonsets",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "changes", "whole"],
  shortNames: ["ds"],
  categories: ["all"],
  generation: true,
  annotationsOfConversion: [TEMPLATE_GENERATION],
  podSpec: ({ spec }) => spec.template?.spec,
  defaults: ({ metadata, spec }) => {
    // Conversion writes the annotation, so the writer of the object owns it.
    if (metadata.annotations?.[TEMPLATE_GENERATION] === undefined) setTemplateGeneration({ metadata }, 0);
    spec.updateStrategy ??= {};
    spec.updateStrategy.type ||= "RollingUpdate";
    const rolls = spec.updateStrategy.type === "RollingUpdate";
    if (rolls) spec.updateStrategy.rollingUpdate ??= {};
    const { rollingUpdate } = spec.updateStrategy;
    if (rollingUpdate) {
      // Where it is given without being used, Kubernetes' internal type makes numbers of what is unset.
      rollingUpdate.maxUnavailable ??= rolls ? 1 : 0;
      rollingUpdate.maxSurge ??= 0;
    }
    spec.revisionHistoryLimit ??= 10;
    defaultPodTemplate(spec);
  },
  prepareCreate: (draft) => setTemplateGeneration(draft, Math.max(1, templateGeneration(draft))),
  prepareUpdate: (draft, old) => {
    const changed = !sameValue(draft.spec.template, old.spec.template);
    setTemplateGeneration(draft, templateGeneration(old) + (changed ? 1 : 0));
  },
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  status: {
    prepareUpdate: (draft, old) => {
      if (old.metadata.annotations?.[TEMPLATE_GENERATION]) setTemplateGeneration(draft, templateGeneration(old));
    },
    validateUpdate: validateDaemonSetStatusUpdate,
  },
  warnings: ({ spec }, old) =>
    old && sameValue(spec.template, old.spec.template) ? [] : podWarnings(spec.template ?? {}, "spec.template"),
  columns: [
    {
      name: "Desired",
      type: "integer",
      description:
        "The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod). More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/",
      of: ({ status }) => status.desiredNumberScheduled ?? 0,
    },
    {
      name: "Current",
      type: "integer",
      description:
        "The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/",
      of: ({ status }) => status.currentNumberScheduled ?? 0,
    },
    {
      name: "Ready",
      type: "integer",
      description:
        "numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition.",
      of: ({ status }) => status.numberReady ?? 0,
    },
    {
      name: "Up-to-date",
      type: "integer",
      description: "The total number of nodes that are running updated daemon pod",
      of: ({ status }) => status.updatedNumberScheduled ?? 0,
    },
    {
      name: "Available",
      type: "integer",
      description:
        "The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds)",
      of: ({ status }) => status.numberAvailable ?? 0,
    },
    {
      name: "Node Selector",
      type: "string",
      description:
        "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/",
      of: ({ spec }) => formatLabels(spec.template.spec?.nodeSelector),
    },
    ageColumn,
    containersColumn(({ spec }) => spec.template),
    imagesColumn(({ spec }) => spec.template),
    selectorColumn(
      ({ spec }) => spec.selector,
      "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
    ),
  ],
  age: false,
});

const templateGeneration = ({ metadata }: DaemonSet): number => {
  const text = metadata.annotations?.[TEMPLATE_GENERATION] ?? "";
  return /^-?\d+$/.test(text) ? Number(text) : 0;
};

function setTemplateGeneration({ metadata }: Pick<DaemonSet, "metadata">, generation: number): void {
  metadata.annotations = { ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) };
}
