/**
 * Notices from the store about which resources have changed, over a socket that hibernates there while nothing happens.
 */
import type { ChangeNotice } from "../../../api/store/change-notice.ts";
import { asRevision } from "../../../api/store/revision.ts";
import type { GroupResource, Revision } from "../../../api/store/store.ts";

export class NoticeFeed {
  readonly #socket: WebSocket;
  readonly #newest = new Map<GroupResource, Revision>();
  readonly #waiting = new Set<() => void>();
  readonly #listening: (() => void)[] = [];

  /** `pong` is called when the store answers a ping, `gone` when the connection has ended. */
  constructor(socket: WebSocket, on: { readonly pong: () => void; readonly gone: () => void }) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      if (data === "pong") on.pong();
      else this.#receive(JSON.parse(String(data)) as ChangeNotice);
    });
    socket.addEventListener("close", on.gone);
    socket.addEventListener("error", on.gone);
    socket.accept();
  }

  /** Resolves once no later change of the resource can go unnoticed. */
  listen(resource: GroupResource): Promise<void> {
    if (!this.#newest.has(resource)) this.#newest.set(resource, asRevision(0));
    this.#socket.send(JSON.stringify([...this.#newest.keys()]));
    return new Promise((resolve) => this.#listening.push(resolve));
  }

  newest(resource: GroupResource): Revision {
    return this.#newest.get(resource) ?? asRevision(0);
  }

  /** Resolves once the resource has changed after that revision, or the caller has ended. */
  async changed(resource: GroupResource, after: Revision, ended: () => boolean): Promise<void> {
    while (this.newest(resource) <= after && !ended()) {
      await new Promise<void>((resume) => this.#waiting.add(resume));
    }
  }

  /** Makes all waiting callers check whether they have ended. */
  wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  /** Answered by the platform on the store's behalf, without waking it. */
  ping(): void {
    this.#socket.send("ping");
  }

  close(): void {
    this.#socket.close(1000);
  }

  #receive({ revision, resources }: ChangeNotice): void {
    if (resources.length === 0) this.#listening.shift()?.();
    for (const resource of resources) this.#newest.set(resource, revision);
    this.wake();
  }
}
