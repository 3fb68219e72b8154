/** The medium of an emptyDir: the node's disk, its memory, or its huge pages. Pure. */
import type { EmptyDirVolumeSource, Pod } from "../../api/generated/core.v1.ts";
import { formatQuantity, parseQuantity } from "../../api/machinery/quantity.ts";
import { VolumeError } from "../mounts/volume-error.ts";
import { allContainersOf } from "../pod-spec/containers.ts";
import { bytesOf } from "../pod-spec/qos.ts";
import { podLimits } from "../pod-spec/resources.ts";

export interface FileSystem {
  readonly type: "tmpfs" | "hugetlbfs";
  readonly options: readonly string[];
}

const HUGE_PAGES = "HugePages";
const RESOURCE = "hugepages-";
const UNREQUESTED = "hugePages storage requested, but there is no resource request for huge pages";

/** The huge page sizes that the pod's containers request. */
const pageSizesOf = (pod: Pod): ReadonlySet<string> =>
  new Set(
    allContainersOf(pod)
      .flatMap(({ container: { resources } }) => Object.keys(resources?.limits ?? {}))
      .flatMap((name) => (name.startsWith(RESOURCE) ? [name.slice(RESOURCE.length)] : [])),
  );

function pageSize(pod: Pod, medium: string): string {
  const sizes = pageSizesOf(pod);
  if (medium === HUGE_PAGES) {
    const [size, ...others] = sizes;
    if (size === undefined) throw new VolumeError(`medium ${medium}: ${UNREQUESTED}`);
    if (others.length > 0)
      throw new VolumeError(`medium: ${medium} can't be used if container requests multiple huge page sizes`);
    return size;
  }
  const size = medium.slice(HUGE_PAGES.length + 1);
  const quantity = parseQuantity(size);
  if (typeof quantity === "string") throw new VolumeError(`medium ${medium} names no size of pages: ${quantity}`);
  const named = formatQuantity(quantity);
  if (!sizes.has(named)) throw new VolumeError(`medium ${medium}: ${UNREQUESTED}`);
  return named;
}

/** The lowest of the limits of the volume, the pod, and all pods together. */
function memorySize(pod: Pod, sizeLimit: string | number | undefined, allocatable: number): number {
  const sizes = [allocatable, podLimits(pod).memoryLimit, bytesOf(sizeLimit)].filter((bytes) => bytes > 0);
  return sizes.length === 0 ? 0 : Math.min(...sizes);
}

/** Undefined: the disk. Fails with {@link VolumeError}. */
export function emptyDirFileSystem(
  pod: Pod,
  { medium = "", sizeLimit }: EmptyDirVolumeSource,
  allocatable: Readonly<Record<string, string | number>>,
): FileSystem | undefined {
  if (medium === "Memory") {
    const size = memorySize(pod, sizeLimit, bytesOf(allocatable.memory));
    return { type: "tmpfs", options: ["mode=1777", ...(size > 0 ? [`size=${size}`] : [])] };
  }
  if (medium === HUGE_PAGES || medium.startsWith(`${HUGE_PAGES}-`))
    return { type: "hugetlbfs", options: [`pagesize=${pageSize(pod, medium)}`] };
  return undefined;
}
