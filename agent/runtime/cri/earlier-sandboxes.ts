/**
 * Sandboxes of a pod that were made by an agent with another id: by this node before it lost its data directory. The
 * same uid is the same pod, and a runtime makes no second sandbox of that name.
 */
import { POD_UID } from "../labels.ts";
import { type CriClient, ignoreMissing } from "./cri-client.ts";
import { AGENT_LABEL } from "./cri-config.ts";

/** Ends them and their containers; returns whether there were any. */
export async function removeEarlierSandboxes(
  cri: Pick<CriClient, "call">,
  { uid, agentId }: { readonly uid: string; readonly agentId: string },
): Promise<boolean> {
  const { items } = await cri.call("ListPodSandbox", { filter: { label_selector: { [POD_UID]: uid } } });
  const earlier = items.filter(({ labels }) => (labels[AGENT_LABEL] ?? agentId) !== agentId);
  for (const { id } of earlier) {
    await ignoreMissing(cri.call("StopPodSandbox", { pod_sandbox_id: id }));
    await ignoreMissing(cri.call("RemovePodSandbox", { pod_sandbox_id: id }));
  }
  return earlier.length > 0;
}
