/**
 * Tells sockets which of the resources they listen for have changed, and up to which revision (rule WATCH-NOTICE). They
 * read the changes themselves. The sockets hibernate, so everything known about one travels in its attachment.
 */
import type { ChangeNotice } from "../../../api/store/change-notice.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { GroupResource, Revision } from "../../../api/store/store.ts";
import type { Committed } from "../log/commit-notifier.ts";
import type { Turns } from "../turns.ts";

/** The part of the platform's WebSocket that is used here. */
export interface NoticeSocket {
  send(text: string): void;
  serializeAttachment(value: unknown): void;
  deserializeAttachment(): unknown;
}

/** Milliseconds between notices: a burst causes one; the first change after a quiet time is announced at once. */
const SPACING_MS = 50;
/** None of our own clients listens for more than this. */
const MAX_RESOURCES = 256;

export interface ChangeNoticesOptions {
  readonly turns: Pick<Turns, "now" | "after" | "settled">;
  readonly sockets: () => readonly NoticeSocket[];
  readonly revision: () => Promise<Revision>;
}

export class ChangeNotices {
  readonly #options: ChangeNoticesOptions;
  readonly #changed = new Set<GroupResource>();
  #revision = asRevision(0);
  #notifiedThrough = Number.NEGATIVE_INFINITY;
  #planned = false;

  constructor(options: ChangeNoticesOptions) {
    this.#options = options;
  }

  /** Called when the log has grown. */
  readonly committed: Committed = (revision, resources) => {
    // Nearly always nobody listens, and then nothing is remembered.
    if (!this.#planned && this.#options.sockets().length === 0) return;
    this.#revision = revision;
    for (const resource of resources) this.#changed.add(resource);
    if (this.#planned) return;
    this.#planned = true;
    const wait = Math.max(0, this.#notifiedThrough + SPACING_MS - this.#options.turns.now());
    this.#options.turns.after(wait, () => void this.#notify());
  };

  /**
   * A socket sends the list of what it listens for; it is answered once no change after that revision can escape it.
   */
  async listen(socket: NoticeSocket, message: string): Promise<void> {
    socket.serializeAttachment(listOf(message));
    socket.send(render({ revision: await this.#options.revision(), resources: [] }));
  }

  async #notify(): Promise<void> {
    await this.#options.turns.settled();
    this.#planned = false;
    this.#notifiedThrough = this.#options.turns.now();
    const changed = new Set(this.#changed);
    this.#changed.clear();
    for (const socket of this.#options.sockets()) {
      const resources = wantedBy(socket).filter((resource) => changed.has(resource));
      if (resources.length > 0) send(socket, { revision: this.#revision, resources });
    }
  }
}

const wantedBy = (socket: NoticeSocket) => (socket.deserializeAttachment() as readonly GroupResource[] | null) ?? [];

function listOf(message: string): readonly GroupResource[] {
  try {
    const list = JSON.parse(message) as unknown;
    return Array.isArray(list) ? list.filter((each) => typeof each === "string").slice(0, MAX_RESOURCES) : [];
  } catch {
    return [];
  }
}

const render = (notice: ChangeNotice): string => JSON.stringify(notice);

function send(socket: NoticeSocket, notice: ChangeNotice): void {
  try {
    socket.send(render(notice));
  } catch {
    // The socket is closing: its client will reconnect and resume by revision.
  }
}
