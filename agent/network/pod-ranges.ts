/** The address ranges of nodes' pods. */
import type { Node } from "../../api/generated/core.v1.ts";

export const podRangesOf = ({ spec }: Node): readonly string[] =>
  spec.podCIDRs ?? (spec.podCIDR === undefined || spec.podCIDR === "" ? [] : [spec.podCIDR]);

/** The address of a node's end of the overlay: the first of its range, which no pod and no bridge has. */
export const endOf = (range: string): string => range.split("/")[0] ?? "";

export const ipv4Of = (ranges: readonly string[]): string | undefined => ranges.find((each) => !each.includes(":"));
