/**
 * The link to the control plane: one outbound WebSocket over which changes are pushed, and HTTP polling while there is
 * none. Both bring the same syncs and continue from a revision, so neither depends on the other
 * (docs/spec/node-link.md).
 */
import type { WebSocket } from "ws";
import { type ApiRequest, isSuccess } from "../../api/api-request.ts";
import { completeObject } from "../../api/machinery/json/object-text.ts";
import { ANSWERS_REQUESTS } from "../../api/node/link-request.ts";
import type { NodeMessage, NodeReply } from "../../api/node/node-message.ts";
import { NODE_DELETED, type NodeSync, type NodeTunnelCall, type RelayCall } from "../../api/node/node-sync.ts";
import type { NodeUsage } from "../../api/node/node-usage.ts";
import { containFaults } from "../contained-faults.ts";
import type { Logger } from "../logger.ts";
import { steadyNow } from "../steady-now.ts";
import type { DatedResponse } from "./connection.ts";

/** The link as the answer to a request sees it. */
export interface LinkReplies {
  /** Whether so much is on its way that pings would be late. */
  readonly isCongested: boolean;
  send(frame: Uint8Array): void;
}

/** How the control plane can be reached. */
export interface Dialer {
  request(request: ApiRequest): Promise<DatedResponse>;
  webSocket(path: string): WebSocket;
}

export interface LinkOptions {
  readonly controlPlane: Dialer;
  readonly nodeName: string;
  readonly revision: () => number;
  readonly onSync: (sync: NodeSync) => void;
  /** The log is not the one that revisions were known of, or went back: a copy of the control plane was restored. */
  readonly onOtherLog: () => void;
  readonly onTunnel: (call: NodeTunnelCall) => void;
  /** A request to a pod or to the node, as a frame; its answer is one, too. */
  readonly onRequest: (frame: Uint8Array, replies: LinkReplies) => void;
  /** Another node is waiting at the relay to this one. */
  readonly onRelay: (call: RelayCall) => void;
  /** Answers a query for the node's resource usage. */
  readonly usage: () => Promise<NodeUsage>;
  /** The tunnels that broke. */
  readonly broken: () => readonly string[];
  /** The socket is open: whatever could not be reported can be reported now. */
  readonly onUp: () => void;
  /** It has been down for so long that all other connections are considered broken, too. */
  readonly onLost: () => void;
  /** The Node was deleted, and the node's credential with it. */
  readonly onDeleted: () => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const PING_MS = 10_000;
/** After this long without an answer, the connection is dead even if nobody said so. */
const SILENCE_MS = 25_000;
/** With more on its way, answers take tunnels. */
const CONGESTED_BYTES = 1024 * 1024;
/** The control plane gives up on a silent node, and its streams, after 40 s. */
const LOST_MS = 40_000;
const FIRST_RETRY_MS = 200;
const MAX_RETRY_MS = 10_000;
const POLL_MS = 2_000;
/**
 * A push may be lost; it is made up for at the next full hour at the latest. All nodes poll at that time, within the
 * spread: polls at a thousand different times would never let the control plane's objects sleep.
 */
const SAFETY_POLL_MS = 3_600_000;
const SPREAD_MS = 10_000;

/** Certificates and tokens tolerate more than this; a date has whole seconds, and takes a while to arrive. */
const SKEW_MS = 10_000;

/** Node.js' codes of certificates that it does not accept. */
const OF_CERTIFICATES = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_)/;

export class Link {
  readonly #options: LinkOptions;
  readonly #path: string;
  /** While it is open. */
  #socket: WebSocket | undefined;
  /** Whether it was reported that the link is down. */
  #reportedDown = false;
  readonly #started = Date.now();
  #failedSince: number | undefined;
  #skewMs = 0;
  #refused = false;
  #isDistrusted = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#path = `/sailplane/v1/nodes/${encodeURIComponent(options.nodeName)}`;
  }

  /** Since when no socket has been open (ms); undefined while one is. */
  get awaySince(): number | undefined {
    return this.#socket ? undefined : (this.#failedSince ?? this.#started);
  }

  /** How far this machine's clock is ahead of the control plane's (ms); 0: not worth mentioning. */
  get clockSkewMs(): number {
    return this.#skewMs;
  }

  /** `date` comes from an answer that has just arrived. */
  #compareClocks(date: string | undefined): void {
    const skew = date ? Date.now() - Date.parse(date) : 0;
    const before = this.#skewMs;
    this.#skewMs = Math.abs(skew) > SKEW_MS ? skew : 0;
    if (this.#skewMs === 0 || Math.abs(this.#skewMs - before) < SKEW_MS) return;
    const way = skew > 0 ? "ahead of" : "behind";
    this.#options.log.warn(
      `this machine's clock is ${Math.round(Math.abs(skew) / 1000)} s ${way} the control plane's: tokens and certificates may be refused`,
    );
  }

  /** The credential was deleted with its Node, or has expired: retrying changes nothing, and only a person can help. */
  #noteRefusal(refused: boolean): void {
    if (refused && !this.#refused)
      this.#options.log.warn(
        'the control plane knows this node no more: was its Node deleted? Pods go on; end this, and join again with what "sailplane token create" prints',
      );
    this.#refused = refused;
  }

  /** Another authority has signed its certificate, or it has expired: only a person can help. */
  #noteDistrust({ code = "", message }: NodeJS.ErrnoException): void {
    if (!OF_CERTIFICATES.test(code) || this.#isDistrusted) return;
    this.#isDistrusted = true;
    this.#options.log.warn(
      `the control plane's certificate is not the one that this node trusts (${message}): was it set up again? Pods go on; end this, and join again with what "sailplane token create" prints`,
    );
  }

  /** The one before this link may have broken with a tunnel, so all are told each time; this is harmless. */
  tellBroken(): void {
    const ids = this.#options.broken();
    if (this.#socket !== undefined && ids.length > 0) reply(this.#socket, { type: "broken", ids });
  }

  /** Runs until the signal aborts. */
  async run(): Promise<void> {
    await Promise.all([this.#maintainSocket(), this.#poll()]);
  }

  #sleep(ms: number): Promise<void> {
    const { signal } = this.#options;
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, signal.aborted ? 0 : ms);
      signal.addEventListener("abort", finish);
    });
  }

  async #maintainSocket(): Promise<void> {
    const { signal, log } = this.#options;
    let retry = FIRST_RETRY_MS;
    let down: number | undefined;
    while (!signal.aborted) {
      const lived = await this.#live();
      if (signal.aborted) return;
      if (lived) {
        down = undefined;
        retry = FIRST_RETRY_MS;
        this.#reportedDown = true;
        if (!this.#refused) log.warn("the link to the control plane is down; pods keep running");
      }
      this.#failedSince ??= Date.now();
      down ??= steadyNow();
      if (steadyNow() - down > LOST_MS) this.#options.onLost();
      await this.#sleep(retry * (0.5 + Math.random()));
      retry = Math.min(retry * 2, MAX_RETRY_MS);
    }
  }

  /** The life of one socket; returns whether it was ever open. */
  #live(): Promise<boolean> {
    const { controlPlane, signal } = this.#options;
    const since = this.#options.revision();
    const socket: WebSocket = controlPlane.webSocket(`${this.#path}/link?since=${since}&${ANSWERS_REQUESTS}`);
    let lastSeen = steadyNow();
    let opened = false;
    const heartbeat = setInterval(() => {
      if (steadyNow() - lastSeen > SILENCE_MS) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.send("ping");
    }, PING_MS);
    const stop = () => socket.terminate();
    signal.addEventListener("abort", stop);
    return new Promise((resolve) => {
      containFaults(socket, "the link to the control plane", () => socket.terminate());
      socket.on("upgrade", ({ headers }) => this.#compareClocks(headers.date));
      socket.on("open", () => {
        opened = true;
        this.#socket = socket;
        [this.#failedSince, this.#refused] = [undefined, false];
        if (this.#reportedDown) this.#options.log.warn("the link to the control plane is up again");
        this.#reportedDown = false;
        this.tellBroken();
        this.#options.onUp();
      });
      const replies: LinkReplies = {
        get isCongested() {
          return socket.bufferedAmount > CONGESTED_BYTES;
        },
        send: (frame) => {
          if (socket.readyState === socket.OPEN) socket.send(frame);
        },
      };
      socket.on("message", (data: Buffer, isBinary) => {
        lastSeen = steadyNow();
        const text = isBinary ? "" : data.toString();
        if (isBinary) this.#options.onRequest(data, replies);
        else if (text !== "pong") void this.#receive(JSON.parse(text) as NodeMessage, { socket, since });
      });
      socket.on("error", () => {});
      socket.on("close", (_, reason) => {
        if (String(reason) === NODE_DELETED) {
          // That it is refused goes without saying.
          this.#refused = true;
          this.#options.onDeleted();
        }
        clearInterval(heartbeat);
        signal.removeEventListener("abort", stop);
        this.#socket = undefined;
        resolve(opened);
      });
    });
  }

  /** `since`: the revision that the node had when it asked. */
  #take(sync: NodeSync, since: number): void {
    const { revision, onOtherLog, onSync } = this.#options;
    // A hub that has slept sends older changes again. Once the other log has been noticed, what was asked for before
    // says nothing.
    if (sync.reset && sync.revision < since && since <= revision()) onOtherLog();
    onSync(complete(sync));
  }

  async #receive(
    message: NodeMessage,
    { socket, since }: { readonly socket: WebSocket; readonly since: number },
  ): Promise<void> {
    switch (message.type) {
      case "sync":
        return this.#take(message, since);
      case "tunnel":
        return this.#options.onTunnel(message);
      case "relay":
        return this.#options.onRelay(message);
      case "mark":
        return reply(socket, message);
      case "usage": {
        const usage = await this.#options.usage().catch(() => undefined);
        if (usage !== undefined) reply(socket, { ...message, usage });
      }
    }
  }

  async #poll(): Promise<void> {
    const { controlPlane, revision, signal } = this.#options;
    const spread = Math.random() * SPREAD_MS;
    const hour = (time: number) => Math.floor((time - spread) / SAFETY_POLL_MS);
    let last = Date.now();
    while (!signal.aborted) {
      await this.#sleep(POLL_MS);
      const due = this.#socket ? hour(Date.now()) !== hour(last) : this.#failedSince !== undefined;
      if (!due || signal.aborted) continue;
      last = Date.now();
      try {
        const since = revision();
        const path = `${this.#path}/sync?since=${since}`;
        const response = await controlPlane.request({ method: "GET", path, headers: {} });
        this.#compareClocks(response.date);
        this.#noteRefusal(response.code === 401);
        if (isSuccess(response)) this.#take(JSON.parse(response.body) as NodeSync, since);
        this.#isDistrusted = false;
      } catch (error) {
        // Neither connection works: pods continue from what is known.
        this.#noteDistrust(error as NodeJS.ErrnoException);
      }
    }
  }
}

function reply(socket: WebSocket, message: NodeReply): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
}

/** Objects arrive as stored; this restores their empty lists. */
const complete = (sync: NodeSync): NodeSync => ({
  ...sync,
  changes: sync.changes.map((change) => ({ ...change, object: completeObject(change.object) })),
});
