/**
 * Connections of pods whose TLS the agent ends in the API server's place: it forwards their requests, with their
 * tokens, over connections of its own.
 */

import type { Socket } from "node:net";
import { Forwarder } from "../api-forwarding/forwarder.ts";
import { CertificateKeeper } from "../control-plane/certificate-keeper.ts";
import { fetchServerCertificate } from "../control-plane/server-certificate.ts";
import type { Logger } from "../logger.ts";
import type { ControlPlaneCalls } from "./control-plane-calls.ts";

/** How long a client that refused the certificate is believed to go on refusing it. */
const DISTRUST_MS = 3_600_000;

export interface TerminatedConnectionsOptions {
  readonly nodeName: string;
  readonly controlPlane: ControlPlaneCalls;
  readonly log: Logger;
}

export class TerminatedConnections {
  readonly #forwarder: Forwarder;
  readonly #certificate: CertificateKeeper;
  /** Addresses of clients that refused the certificate, and when. */
  readonly #refusals = new Map<string, number>();
  #isCertified = false;

  /** Asks for a certificate at once, and until there is one. */
  constructor({ nodeName, controlPlane, log }: TerminatedConnectionsOptions) {
    this.#forwarder = new Forwarder(controlPlane);
    this.#forwarder.server.on("tlsClientError", (error: NodeJS.ErrnoException, { remoteAddress = "" }) => {
      if (/_ALERT_/.test(error.code ?? "")) this.#refusals.set(remoteAddress, performance.now());
    });
    this.#certificate = new CertificateKeeper({
      fetch: () => fetchServerCertificate(controlPlane, nodeName, "api-door"),
      use: ({ key, cert }) => {
        this.#forwarder.server.setSecureContext({ key, cert });
        this.#isCertified = true;
      },
      log,
    });
    this.#certificate.renew();
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
    this.#certificate.close();
    this.#forwarder.close();
  }
}
