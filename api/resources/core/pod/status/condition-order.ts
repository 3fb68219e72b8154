/** As nodes list a pod's conditions. */
const OF_NODES = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/**
 * The directive of a strategic patch that puts a condition behind all others, where `others` are those besides a node's: without
 * it, what a patch adds comes first.
 */
export const behindAll = (type: string, others: readonly string[] = []): { readonly [directive: string]: object } => ({
  "$setElementOrder/conditions": [...new Set([...OF_NODES, ...others.filter((each) => each !== type), type])].map(
    (each) => ({ type: each }),
  ),
});
