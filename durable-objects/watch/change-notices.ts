/**
 * Tells sockets which of the resources that they listen for have changed, and up to which revision (rule WATCH-NOTICE). What
 * changed they read themselves. The sockets hibernate, so all that is known of one travels in its attachment.
 */
import type { ChangeNotice } from "../../api/store/change-notice.ts";
import type { GroupResource, Revision } from "../../api/store.ts";
import type { Committed } from "../store/log/pokes.ts";
import type { Turns } from "../store/turns.ts";

/** The part of a platform's WebSocket that this needs. */
export interface NoticeSocket {
  send(text: string): void;
  serializeAttachment(value: unknown): void;
  deserializeAttachment(): unknown;
}

/** Milliseconds from one notice to the next: a burst is told of once, the first change after a quiet time at once. */
const SPACING = 50;
/** A socket that listens for more than this is no reader of ours. */
const MOST_RESOURCES = 256;

export interface ChangeNoticesOptions {
  readonly turns: Pick<Turns, "now" | "after" | "settled">;
  readonly sockets: () => readonly NoticeSocket[];
  readonly revision: () => Promise<Revision>;
}

export class ChangeNotices {
  readonly #options: ChangeNoticesOptions;
  readonly #changed = new Set<GroupResource>();
  #revision = 0 as Revision;
  #told = Number.NEGATIVE_INFINITY;
  #planned = false;

  constructor(options: ChangeNoticesOptions) {
    this.#options = options;
  }

  /** The log has grown. */
  readonly committed: Committed = (revision, resources) => {
    // Nearly always nobody listens, and then nothing is remembered.
    if (!this.#planned && this.#options.sockets().length === 0) return;
    this.#revision = revision;
    for (const resource of resources) this.#changed.add(resource);
    if (this.#planned) return;
    this.#planned = true;
    const wait = Math.max(0, this.#told + SPACING - this.#options.turns.now());
    this.#options.turns.after(wait, () => void this.#tell());
  };

  /** A socket says what it listens for, as a list; it is answered when nothing after that revision can escape it. */
  async listen(socket: NoticeSocket, message: string): Promise<void> {
    socket.serializeAttachment(listOf(message));
    socket.send(render({ revision: await this.#options.revision(), resources: [] }));
  }

  async #tell(): Promise<void> {
    await this.#options.turns.settled();
    this.#planned = false;
    this.#told = this.#options.turns.now();
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
    return Array.isArray(list) ? list.filter((each) => typeof each === "string").slice(0, MOST_RESOURCES) : [];
  } catch {
    return [];
  }
}

const render = (notice: ChangeNotice): string => JSON.stringify(notice);

function send(socket: NoticeSocket, notice: ChangeNotice): void {
  try {
    socket.send(render(notice));
  } catch {
    // Closing: whoever it was comes again, and resumes by revision.
  }
}
