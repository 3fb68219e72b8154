/** Keeps the certificate of a server of the node's valid. */
import { errorMessage } from "../../api/error-message.ts";
import type { Logger } from "../logger.ts";
import { timerMs } from "../longest-timer.ts";
import type { ServerCertificate } from "./server-certificate.ts";

const RETRY_MS = { first: 500, most: 30_000 };

export interface CertificateKeeperOptions {
  readonly fetch: () => Promise<ServerCertificate>;
  readonly use: (certificate: ServerCertificate) => void;
  readonly log: Logger;
}

export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  #timer: NodeJS.Timeout | undefined;
  #retryMs = RETRY_MS.first;
  /** Of the latest request: what an earlier one brings is out of date. */
  #turn = 0;
  #lastError = "";

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
  }

  /** Requests a certificate now and until there is one, and another one each time that half of its life is over. */
  renew(): void {
    clearTimeout(this.#timer);
    void this.#renew(++this.#turn);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#turn++;
  }

  async #renew(turn: number): Promise<void> {
    const { fetch, use, log } = this.#options;
    let wait: number;
    try {
      const certificate = await fetch();
      if (turn !== this.#turn) return;
      use(certificate);
      this.#lastError = "";
      this.#retryMs = RETRY_MS.first;
      wait = timerMs(certificate.renewAt - Date.now());
    } catch (error) {
      if (turn !== this.#turn) return;
      const message = errorMessage(error);
      if (message !== this.#lastError) log.warn(message);
      this.#lastError = message;
      wait = this.#retryMs;
      this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.most);
    }
    this.#timer = setTimeout(() => this.renew(), Math.max(wait, RETRY_MS.first)).unref();
  }
}
