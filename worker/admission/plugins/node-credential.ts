/** Deletes a Node's credential in the same commit as the Node: a machine that was removed is locked out at once. */
import { NODE_CREDENTIALS } from "../../policy/internal-resources.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

export const nodeCredential = defineResourcePlugin({
  name: "NodeCredential",
  resources: ["nodes"],
  handles: ["DELETE"],

  mutate(request) {
    const { name, context } = request;
    if (context.policy.get(NODE_CREDENTIALS, "", name) === undefined) return;
    request.writes.push({ op: "delete", key: { resource: NODE_CREDENTIALS, namespace: "", name } });
  },
});
