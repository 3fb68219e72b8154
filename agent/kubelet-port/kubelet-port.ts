/**
 * The kubelet's port, for monitoring that asks nodes directly (docs/spec/agent.md, AGENT-PORT): HTTPS, with the answers
 * of `nodes/NAME/proxy`. Opened only where the node's administrator asks for it.
 */
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { Node } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { containConnections } from "../contained-faults.ts";
import { CertificateKeeper } from "../control-plane/certificate-keeper.ts";
import { type CertificateIssuer, fetchServerCertificate } from "../control-plane/server-certificate.ts";
import type { Logger } from "../logger.ts";
import { fail } from "../streams/answer.ts";
import { Refusal } from "../streams/refusal.ts";
import type { ServeContext } from "../streams/serve-context.ts";
import { serveNode } from "../streams/serve-node.ts";
import { askedPermissions } from "./asked-permissions.ts";
import { Callers } from "./callers.ts";
import { HttpAnswer } from "./http-answer.ts";

export interface KubeletPortOptions {
  readonly port: number;
  readonly nodeName: string;
  readonly controlPlane: CertificateIssuer;
  readonly client: Pick<ApiClient, "create">;
  readonly context: ServeContext;
  readonly log: Logger;
}

/** How long clients may leave connections idle: longer than most scrape intervals. */
const IDLE_MS = 90_000;
const MOST_CONNECTIONS = 256;
/** Before another attempt if the port is taken. */
const RETRY_MS = 5000;

export class KubeletPort {
  readonly #options: KubeletPortOptions;
  readonly #callers: Callers;
  readonly #server: Server;
  readonly #certificate: CertificateKeeper;
  #addresses: string | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: KubeletPortOptions) {
    const { nodeName, controlPlane, client, log } = options;
    this.#options = options;
    this.#callers = new Callers(client, nodeName);
    this.#server = createServer({ keepAliveTimeout: IDLE_MS, noDelay: true }, (request, response) => {
      const answer = new HttpAnswer(response);
      this.#serve(request, answer).catch((error) => fail(answer, error));
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
    containConnections(this.#server, "a request at the kubelet's port");
    this.#server.on("tlsClientError", () => {});
    this.#server.on("error", (error) => this.#failed(error));
    this.#certificate = new CertificateKeeper({
      fetch: () => fetchServerCertificate(controlPlane, nodeName, "kubelet-certificate"),
      use: ({ key, cert }) => {
        this.#server.setSecureContext({ key, cert });
        if (!this.#server.listening) this.#listen();
      },
      log,
    });
  }

  /** Its certificate is for the addresses that the API shows: called with the Node each time it is registered. */
  follow({ status }: Pick<Node, "status">): void {
    const addresses = (status.addresses ?? []).map(({ address }) => address).join();
    if (addresses === this.#addresses) return;
    this.#addresses = addresses;
    this.#certificate.renew();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#certificate.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #listen(): void {
    clearTimeout(this.#retry);
    if (!this.#isClosed) this.#server.listen(this.#options.port);
  }

  #failed(error: Error): void {
    const { port, log } = this.#options;
    if (this.#retry === undefined) log.warn(`port ${port} (--kubelet-port) cannot be opened: ${error.message}`);
    this.#retry = setTimeout(() => this.#listen(), RETRY_MS).unref();
  }

  async #serve({ method = "", url = "/", headers }: IncomingMessage, answer: HttpAnswer): Promise<void> {
    const pathname = pathOf(url);
    await this.#authorize(headers.authorization ?? "", method, pathname);
    if (method !== "GET") throw new Refusal(405, "MethodNotAllowed", "405: Method Not Allowed");
    await serveNode(answer, { kind: "node", path: url }, this.#options.context);
  }

  /** Fails as a kubelet does if the caller is unknown, or may not do that. */
  async #authorize(authorization: string, method: string, pathname: string): Promise<void> {
    const [, token] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    const user = token === undefined ? undefined : await this.#callers.identify(token);
    if (user === undefined) throw new Refusal(401, "Unauthorized", "Unauthorized");
    const { verb, subresources } = askedPermissions(method, pathname);
    for (const subresource of subresources) if (await this.#callers.permits(user, verb, subresource)) return;
    const asked = `user=${user.username}, verb=${verb}, resource=nodes, subresource(s)=[${subresources.join(" ")}]`;
    throw new Refusal(403, "Forbidden", `Forbidden (${asked})\n`);
  }
}

function pathOf(url: string): string {
  try {
    return new URL(url, "http://node").pathname;
  } catch {
    throw new Refusal(400, "BadRequest", "the request names no path");
  }
}
