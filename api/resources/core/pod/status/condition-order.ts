/** The order in which nodes list a pod's conditions. */
const OF_NODES = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/**
 * The directive that makes a strategic merge patch append a condition, where `others` are those besides a node's:
 * otherwise, added items come first.
 */
export const behindAll = (type: string, others: readonly string[] = []): { readonly [directive: string]: object } => ({
  "$setElementOrder/conditions": [...new Set([...OF_NODES, ...others.filter((each) => each !== type), type])].map(
    (each) => ({ type: each }),
  ),
});
