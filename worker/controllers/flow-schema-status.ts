/** Sets on each FlowSchema whether its priority level exists (apiserver/pkg/util/flowcontrol). */
import { goQuote } from "../../api/machinery/field-error.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { defineController, settled } from "./controller.ts";
import { itemKey } from "./item-key.ts";
import { statusApply } from "./status-update.ts";

const RESOURCE = "flowschemas.flowcontrol.apiserver.k8s.io";
const LEVELS = "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io";
const MANAGER = "api-priority-and-fairness-config-consumer-v1";

export const flowSchemaStatus = defineController({
  name: "flow-schema-status-controller",
  reads: [RESOURCE, LEVELS],
  writes: [RESOURCE],
  itemsOf({ resource, object, snapshot }) {
    if (resource === RESOURCE) return [itemKey(object)];
    const { name } = object.metadata;
    return snapshot
      .list(RESOURCE)
      .filter(({ spec }) => spec.priorityLevelConfiguration?.name === name)
      .map(itemKey);
  },
  reconcile(name, { snapshot, now }) {
    const schema = snapshot.get(RESOURCE, "", name);
    if (!schema) return settled;
    const level = schema.spec.priorityLevelConfiguration?.name ?? "";
    const isThere = snapshot.get(LEVELS, "", level) !== undefined;
    const found = {
      status: isThere ? "False" : "True",
      reason: isThere ? "Found" : "NotFound",
      message: `This FlowSchema references the PriorityLevelConfiguration object named ${goQuote(level)} ${isThere ? "and it exists" : "but there is no such object"}`,
    };
    const current = schema.status.conditions?.find(({ type }) => type === "Dangling");
    if (current?.status === found.status && current.reason === found.reason && current.message === found.message)
      return settled;
    const condition = { type: "Dangling", lastTransitionTime: timestamp(now), ...found };
    return { effects: [statusApply(RESOURCE, schema, { fieldManager: MANAGER, status: { conditions: [condition] } })] };
  },
});
