import type { ConfigMap } from "../../api/generated/core.v1.ts";
import { readObject } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";
import { CLUSTER_INFO } from "./cluster-info.ts";
import { AUTHENTICATION_FACTS } from "./public-facts.ts";

const PUBLISHED: ReadonlySet<string | undefined> = new Set([CLUSTER_INFO, AUTHENTICATION_FACTS]);

/**
 * The stored config map with what is published there now, its other members (signatures, for one) left as they are.
 * Undefined if it is current, or another object.
 */
export function updatedFacts(wanted: KubeObject, text: string): KubeObject | undefined {
  if (wanted.kind !== "ConfigMap" || !PUBLISHED.has(wanted.metadata.name)) return undefined;
  const found = readObject<ConfigMap>(text);
  const { data = {} } = wanted as ConfigMap;
  if (Object.entries(data).every(([key, value]) => found.data?.[key] === value)) return undefined;
  const updated: ConfigMap = { ...found, data: { ...found.data, ...data } };
  return updated;
}
