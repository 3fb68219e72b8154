/** Lists and pages at random, in other forms than the watches do; what it read is compared with the history later. */
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import { keyOf } from "../../test/history/cluster-state.ts";
import type { Read } from "../../test/history/reads.ts";
import { Client } from "../rig/client.ts";
import type { Address } from "../rig/target.ts";
import { type Actor, NAMESPACES } from "./actor.ts";
import { GADGET_RESOURCE } from "./gadgets.ts";
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import { pathOf } from "./walk-client.ts";

const READ: readonly GroupResource[] = [
  "pods",
  "pods",
  "configmaps",
  "replicasets.apps",
  "deployments.apps",
  "services",
  "endpointslices.discovery.k8s.io",
  "persistentvolumeclaims",
  "serviceaccounts",
  "rolebindings.rbac.authorization.k8s.io",
  GADGET_RESOURCE,
];

export interface ReaderOptions {
  readonly target: Address;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly failed: (problem: string) => void;
  /** States from here on can be read. */
  readonly first: () => number;
}

interface Page {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items?: readonly Stored<KubeObject>[];
}
interface WatchEvent {
  readonly type: string;
  readonly object: Stored<KubeObject>;
}

export class Reader implements Actor {
  readonly reads: Read[] = [];
  readonly #options: ReaderOptions;
  readonly #client: Client;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#client = new Client(options.target, 4);
  }

  async act(): Promise<void> {
    const { random } = this.#options;
    const resource = random.pick(READ) ?? "pods";
    const namespace = random.chance(0.4) ? random.pick(NAMESPACES) : undefined;
    const team = random.chance(0.3) ? random.pick(["a", "b"]) : undefined;
    const read: Asked = { resource, namespace, team };
    await this[random.weighted({ whole: 4, pages: 4, old: 3, stream: 3 })](read);
  }

  async rest(): Promise<void> {
    this.#client.close();
  }

  async whole(asked: Asked): Promise<void> {
    const since = this.#options.ledger.revision;
    const page = await this.#page(asked, "");
    if (page) this.#note(asked, page.metadata.resourceVersion, page.items ?? [], since);
  }

  /** Pages with pauses between them, in which the server may be killed: all are of one revision. */
  async pages(asked: Asked): Promise<void> {
    const { random, ledger } = this.#options;
    const since = ledger.revision;
    const limit = 1 + random.below(8);
    let page = await this.#page(asked, `limit=${limit}`);
    const first = page?.metadata.resourceVersion;
    const items: Stored<KubeObject>[] = [];
    while (page && first) {
      items.push(...(page.items ?? []));
      const token = page.metadata.continue;
      if (!token) {
        this.#note(asked, first, items, since);
        return;
      }
      await sleep(random.pick([0, 0, 20, 300]));
      page = await this.#insist(asked, `limit=${1 + random.below(20)}&continue=${encodeURIComponent(token)}`);
      if (page && page.metadata.resourceVersion !== first)
        this.#fail(asked, `a page of ${page.metadata.resourceVersion} after one of ${first}`);
    }
  }

  /** The state at an older revision. */
  async old(asked: Asked): Promise<void> {
    const { random, ledger, first } = this.#options;
    const revision = Math.floor(random.between(first(), Math.max(first(), ledger.revision)));
    const page = await this.#page(asked, `resourceVersion=${revision}&resourceVersionMatch=Exact`);
    if (!page) return;
    if (Number(page.metadata.resourceVersion) !== revision)
      this.#fail(asked, `${page.metadata.resourceVersion} in place of exactly ${revision}`);
    this.#note(asked, String(revision), page.items ?? [], 0);
  }

  /** A watch that begins with everything that there is. */
  async stream(asked: Asked): Promise<void> {
    const since = this.#options.ledger.revision;
    const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const objects = new Map<string, Stored<KubeObject>>();
    try {
      for await (const line of this.#client.lines({ path: pathFor(asked, query) })) {
        const { type, object } = JSON.parse(line) as WatchEvent;
        if (type === "ERROR") return;
        if (type === "BOOKMARK") {
          if (object.metadata.annotations?.["k8s.io/initial-events-end"] !== "true") continue;
          this.#note(asked, object.metadata.resourceVersion, [...objects.values()], since);
          return;
        }
        if (type === "ADDED" && objects.has(keyOf(object))) this.#fail(asked, `${keyOf(object)} was added twice`);
        if (type === "DELETED") objects.delete(keyOf(object));
        else objects.set(keyOf(object), object);
      }
    } catch {
      // The server was killed, or the kind is not defined at the moment.
    }
  }

  #note(asked: Asked, revision: string, items: readonly Stored<KubeObject>[], since: number): void {
    const { resource, namespace, team } = asked;
    this.reads.push({
      what: pathFor(asked, ""),
      resource,
      selects: ({ metadata }) =>
        (namespace === undefined || metadata.namespace === namespace) &&
        (team === undefined || metadata.labels?.team === team),
      revision: Number(revision),
      since,
      found: items.map((item) => `${keyOf(item)} ${item.metadata.resourceVersion}`),
    });
  }

  async #insist(asked: Asked, query: string): Promise<Page | undefined> {
    for (;;) {
      const answer = await this.#client.attempt({ path: pathFor(asked, query) }).catch(() => undefined);
      if (answer?.status === 200) return JSON.parse(answer.text) as Page;
      // The kind is not defined at the moment.
      if (answer?.status === 404) return undefined;
      if (answer && answer.status < 500) {
        this.#fail(asked, `${query}: ${answer.text}`);
        return undefined;
      }
      await sleep(100);
    }
  }

  async #page(asked: Asked, query: string): Promise<Page | undefined> {
    const answer = await this.#client.attempt({ path: pathFor(asked, query) }).catch(() => undefined);
    if (answer?.status === 200) return JSON.parse(answer.text) as Page;
    if (answer && answer.status < 500 && answer.status !== 404) this.#fail(asked, `${query}: ${answer.text}`);
    return undefined;
  }

  #fail(asked: Asked, problem: string): void {
    this.#options.failed(`read of ${pathFor(asked, "")} ${problem}`);
  }
}

interface Asked {
  readonly resource: GroupResource;
  readonly namespace: string | undefined;
  readonly team: string | undefined;
}

function pathFor({ resource, namespace, team }: Asked, query: string): string {
  const selector = team === undefined ? [] : [`labelSelector=team%3D${team}`];
  return pathOf({ resource, namespace, query: [...selector, query].filter((part) => part !== "").join("&") });
}
