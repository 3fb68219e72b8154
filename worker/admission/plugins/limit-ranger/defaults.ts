/** The defaults that a limit range gives to containers. */
import type { LimitRange, Pod, ResourceRequirements } from "../../../../api/generated/core.v1.ts";

const ANNOTATION = "kubernetes.io/limit-ranger";
type Amounts = Record<string, string>;

export function applyDefaults(pod: Pod, { spec: { limits = [] } }: LimitRange): void {
  const ofContainers = limits.filter(({ type }) => type === "Container");
  const requests: Amounts = Object.assign({}, ...ofContainers.map(({ defaultRequest }) => defaultRequest));
  const maxima: Amounts = Object.assign({}, ...ofContainers.map((limit) => limit.default));
  const descriptions: string[] = [];
  const fill = (kind: "requests" | "limits", resources: ResourceRequirements, amounts: Amounts, who: string) => {
    const present = resources[kind];
    const missing = Object.keys(amounts).filter((name) => present?.[name] === undefined);
    if (missing.length === 0) return;
    resources[kind] = { ...present, ...Object.fromEntries(missing.map((name) => [name, amounts[name] ?? "0"])) };
    descriptions.push(`${missing.sort().join(", ")} ${kind === "requests" ? "request" : "limit"} for ${who}`);
  };
  for (const [what, containers] of [
    ["container", pod.spec.containers],
    ["init container", pod.spec.initContainers ?? []],
  ] as const) {
    for (const container of containers) {
      container.resources ??= {};
      const who = `${what} ${container.name}`;
      fill("requests", container.resources, requests, who);
      fill("limits", container.resources, maxima, who);
    }
  }
  if (descriptions.length === 0) return;
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [ANNOTATION]: `LimitRanger plugin set: ${descriptions.join("; ")}`,
  };
}
