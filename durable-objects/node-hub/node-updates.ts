/**
 * Sends each linked node what it must know as soon as it is committed (LINK-NEED, LINK-ORDER). node-feed.ts decides
 * what that is.
 */
import { InTurn } from "../../api/in-turn.ts";
import { NODE_DELETED } from "../../api/node/node-sync.ts";
import type { Revision, Store, Tail } from "../../api/store/store.ts";
import { type Attachment, attachmentOf } from "./attachment.ts";
import { type Links, send } from "./links.ts";
import {
  FOLLOWED,
  REFERENCED,
  readObjects,
  referencesOf,
  type SentState,
  snapshotFor,
  updatesOf,
} from "./node-feed.ts";
import { syncText } from "./sync-text.ts";

/**
 * Storage key: a revision up to which all linked nodes have been sent everything. Written at most this often, or each
 * commit would write a row.
 */
const SENT_THROUGH = "told";
const NOTE_EVERY_MS = 10_000;

/** The parts of an object's storage and of its links that are used here. */
interface UpdateStorage {
  get<T>(key: string): Promise<T | undefined>;
  put(key: string, value: unknown): Promise<void>;
}
type NodeLinks = Pick<Links, "byNode" | "open" | "push">;

export class NodeUpdates {
  readonly #storage: UpdateStorage;
  readonly #links: NodeLinks;
  /** By node. What is lost in sleep is read again: the revision at waking, and the references when they are needed. */
  readonly #sent = new Map<string, SentState>();
  /** Every node in `#sent` has been sent everything up to here. */
  #through: Revision | undefined;
  #noted: { readonly revision: Revision; readonly at: number } | undefined;
  /** The references in `#sent` are complete. */
  #referencesRead = true;
  readonly #peers = new Map<string, string>();
  /** New links and pushes are serialised, so that no push overtakes a snapshot. */
  readonly #turns = new InTurn();

  constructor(storage: UpdateStorage, links: NodeLinks) {
    this.#storage = storage;
    this.#links = links;
  }

  /** A link begins with a snapshot, and counts once that is sent. */
  begin(store: Store, node: string, socket: WebSocket): Promise<void> {
    return this.#turns.run(async () => {
      await this.#wake();
      await this.#sendSnapshots(store, [node], [socket]);
      this.#links.open(socket, this.#sent.get(node)?.policed ?? false);
      await this.#note();
    });
  }

  /** Called after a commit. */
  push(store: Store): Promise<void> {
    return this.#turns.run(async () => {
      await this.#wake();
      const links = this.#links.byNode();
      const strangers = [...links.keys()].filter((node) => !this.#sent.has(node));
      if (strangers.length > 0) await this.#sendSnapshots(store, strangers);
      for (let more = true; more && this.#through !== undefined; ) {
        const tail = await store.after({ revision: this.#through, resources: [...FOLLOWED] });
        if (!tail.ok) {
          this.#through = undefined;
          await this.#sendSnapshots(store, links.keys());
          break;
        }
        await this.#sendUpdates(store, tail).catch((error: unknown) => {
          // Nodes that were not reached yet must be sent these changes of other Nodes by the next attempt.
          this.#peers.clear();
          throw error;
        });
        this.#through = tail.revision;
        more = tail.more;
      }
      await this.#note();
    });
  }

  /** The node was removed; when it comes back it is sent a snapshot. */
  delete(node: string): void {
    this.#sent.delete(node);
  }

  /** Restores how much had been sent before a sleep. */
  async #wake(): Promise<void> {
    if (this.#through !== undefined) return;
    this.#through = await this.#storage.get<Revision>(SENT_THROUGH);
    if (this.#through === undefined) return;
    for (const [node, [socket]] of this.#links.byNode()) {
      const policed = (socket && attachmentOf(socket))?.policed ?? false;
      this.#sent.set(node, { references: new Map(), revision: this.#through, policed });
      this.#referencesRead = false;
    }
  }

  /** Writes down how much has been sent. */
  async #note(): Promise<void> {
    if (this.#through === undefined || this.#through === this.#noted?.revision) return;
    if (this.#noted && Date.now() - this.#noted.at < NOTE_EVERY_MS) return;
    this.#noted = { revision: this.#through, at: Date.now() };
    await this.#storage.put(SENT_THROUGH, this.#through);
  }

  async #sendUpdates(store: Store, { changes, revision }: Tail): Promise<void> {
    const links = this.#links.byNode();
    if (!this.#referencesRead && changes.some(({ key }) => REFERENCED.has(key.resource))) {
      const references = await referencesOf(store, new Set(this.#sent.keys()));
      for (const [node, sent] of this.#sent)
        this.#sent.set(node, { ...sent, references: references.get(node) ?? sent.references });
      this.#referencesRead = true;
    }
    for (const [node, update] of updatesOf(changes, this.#sent, this.#peers)) {
      if (update.needsSnapshot) {
        await this.#sendSnapshots(store, [node]);
        continue;
      }
      // What a new pod refers to precedes the pod.
      const sync = syncText(revision, "what is new", [...(await readObjects(store, update.need)), ...update.changes]);
      for (const socket of links.get(node) ?? []) this.#links.push(socket, sync);
    }
    for (const { type, key } of changes) {
      if (type !== "DELETED" || key.resource !== "nodes") continue;
      // The node's credential was deleted with it.
      for (const socket of links.get(key.name) ?? []) socket.close(1008, NODE_DELETED);
    }
  }

  /** Sends a snapshot to these sockets, or to those that the nodes have. */
  async #sendSnapshots(store: Store, nodes: Iterable<string>, sockets?: readonly WebSocket[]): Promise<void> {
    if (this.#sent.size === 0) this.#through = undefined;
    for (const node of nodes) {
      const { sync, ...known } = await snapshotFor(store, node);
      this.#sent.set(node, known);
      this.#through ??= known.revision;
      for (const socket of sockets ?? this.#links.byNode().get(node) ?? []) {
        const attachment = attachmentOf(socket);
        if (attachment) socket.serializeAttachment({ ...attachment, policed: known.policed } satisfies Attachment);
        if (sockets) send(socket, sync);
        else this.#links.push(socket, sync);
      }
    }
  }
}
