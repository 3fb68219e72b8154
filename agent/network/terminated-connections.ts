/**
 * Connections of pods whose TLS the agent ends in the API server's place: it forwards their requests, with their
 * tokens, over connections of its own.
 */

import type { Socket } from "node:net";
import { errorMessage } from "../../api/error-message.ts";
import { Forwarder } from "../api-forwarding/forwarder.ts";
import type { Logger } from "../logger.ts";
import { timerMs } from "../longest-timer.ts";
import { fetchApiProxyCertificate } from "./api-proxy-certificate.ts";
import type { ControlPlaneCalls } from "./control-plane-calls.ts";

const RETRY_MS = { first: 500, most: 30_000 };

/** How long a client that refused the certificate is believed to go on refusing it. */
const DISTRUST_MS = 3_600_000;

export interface TerminatedConnectionsOptions {
  readonly nodeName: string;
  readonly controlPlane: ControlPlaneCalls;
  readonly log: Logger;
}

export class TerminatedConnections {
  readonly #options: TerminatedConnectionsOptions;
  readonly #forwarder: Forwarder;
  /** Addresses of clients that refused the certificate, and when. */
  readonly #refusals = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #retryMs = RETRY_MS.first;
  #isCertified = false;
  #isClosed = false;
  #lastError = "";

  /** Asks for a certificate at once, and until there is one. */
  constructor(options: TerminatedConnectionsOptions) {
    this.#options = options;
    this.#forwarder = new Forwarder(options.controlPlane);
    this.#forwarder.server.on("tlsClientError", (error: NodeJS.ErrnoException, { remoteAddress = "" }) => {
      if (/_ALERT_/.test(error.code ?? "")) this.#refusals.set(remoteAddress, performance.now());
    });
    void this.#certify();
  }

  /**
   * Whether a client can be expected to accept the certificate. Not before there is one; nor if it has just refused it:
   * it read the CAs when they did not include that which signs it, or reads only the first.
   */
  isTrustedBy({ remoteAddress = "" }: Socket): boolean {
    const refusedAt = this.#refusals.get(remoteAddress) ?? Number.NEGATIVE_INFINITY;
    return this.#isCertified && performance.now() - refusedAt > DISTRUST_MS;
  }

  /** What was read of it already must have been put back. */
  accept(connection: Socket): void {
    this.#forwarder.server.emit("connection", connection);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#forwarder.close();
  }

  async #certify(): Promise<void> {
    const { controlPlane, nodeName, log } = this.#options;
    let wait: number;
    try {
      const { key, cert, renewAt } = await fetchApiProxyCertificate(controlPlane, nodeName);
      this.#forwarder.server.setSecureContext({ key, cert });
      this.#isCertified = true;
      this.#lastError = "";
      this.#retryMs = RETRY_MS.first;
      wait = timerMs(renewAt - Date.now());
    } catch (error) {
      const message = errorMessage(error);
      if (message !== this.#lastError) log.warn(message);
      this.#lastError = message;
      wait = this.#retryMs;
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.most);
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#certify(), Math.max(wait, RETRY_MS.first)).unref();
  }
}
