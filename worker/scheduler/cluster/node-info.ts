/** A node with what its pods use of it, kept current pod by pod. */
import type { Node } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Amounts, amountOf, amountsOf } from "./amounts.ts";
import type { HostPort, PodFacts } from "./pod-facts.ts";

const NO_LABELS: Readonly<Record<string, string>> = {};

export class NodeInfo {
  readonly name: string;
  readonly pods = new Map<string, PodFacts>();
  #node!: Stored<Node>;
  allocatable!: Amounts;
  allowedPods = 0;
  /** Changes whenever the node or its pods change. */
  version = 0;
  /** Bytes by image name. */
  images!: ReadonlyMap<string, number>;
  cpu = 0;
  memory = 0;
  ephemeralStorage = 0;
  readonly scalars = new Map<string, number>();
  /** With a minimum for containers without requests. */
  scoredCpu = 0;
  scoredMemory = 0;
  readonly #ports = new Map<string, Map<string, number>>();

  constructor(node: Stored<Node>) {
    this.name = node.metadata.name;
    this.node = node;
  }

  get node(): Stored<Node> {
    return this.#node;
  }

  set node(node: Stored<Node>) {
    this.#node = node;
    this.version++;
    this.allocatable = amountsOf(node.status.allocatable);
    this.images = imagesOf(node);
    this.allowedPods = amountOf("pods", node.status.allocatable?.pods);
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#node.metadata.labels ?? NO_LABELS;
  }

  add(pod: PodFacts): void {
    this.pods.set(pod.key, pod);
    this.#count(pod, 1);
  }

  remove(pod: PodFacts): void {
    if (this.pods.delete(pod.key)) this.#count(pod, -1);
  }

  /** Whether another pod has the port. An address of its own conflicts with "all addresses". */
  isPortTaken({ ip, protocol, port }: HostPort): boolean {
    const holders = this.#ports.get(`${protocol} ${port}`);
    if (!holders) return false;
    return ip === "0.0.0.0" ? holders.size > 0 : holders.has(ip) || holders.has("0.0.0.0");
  }

  #count({ requests, scored, ports }: PodFacts, sign: 1 | -1): void {
    this.version++;
    this.cpu += sign * requests.cpu;
    this.memory += sign * requests.memory;
    this.ephemeralStorage += sign * requests.ephemeralStorage;
    this.scoredCpu += sign * scored.cpu;
    this.scoredMemory += sign * scored.memory;
    for (const [name, amount] of requests.scalars)
      this.scalars.set(name, (this.scalars.get(name) ?? 0) + sign * amount);
    for (const { ip, protocol, port } of ports) {
      const key = `${protocol} ${port}`;
      const holders = this.#ports.get(key) ?? new Map<string, number>();
      const left = (holders.get(ip) ?? 0) + sign;
      if (left > 0) holders.set(ip, left);
      else holders.delete(ip);
      if (holders.size > 0) this.#ports.set(key, holders);
      else this.#ports.delete(key);
    }
  }
}

const NO_IMAGES: ReadonlyMap<string, number> = new Map();
/** Nodes that share an image list share the result: most have the same images. */
const readImages = new WeakMap<readonly object[], ReadonlyMap<string, number>>();

function imagesOf({ status: { images = [] } }: Node): ReadonlyMap<string, number> {
  if (images.length === 0) return NO_IMAGES;
  const known = readImages.get(images);
  if (known) return known;
  const sizes = new Map(
    // An image that lost its names to a newer one has `names: null`, as Go writes a nil slice.
    images.flatMap(({ names, sizeBytes = 0 }) => (names ?? []).map((name) => [name, Number(sizeBytes)])),
  );
  readImages.set(images, sizes);
  return sizes;
}
