/** Warnings about the name of an object whose pods are named after it. */
import type { KubeObject } from "../../../machinery/meta.ts";
import { dnsLabel } from "../../../machinery/names.ts";

export function podNameWarnings({ name = "" }: KubeObject["metadata"]): string[] {
  const problems = dnsLabel(name);
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(" ")}]`,
  ];
}
