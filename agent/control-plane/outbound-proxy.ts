/**
 * The proxy for the machine's outbound connections, configured as for curl and Go programs: `HTTPS_PROXY` (or lower
 * case), and `NO_PROXY` for hosts that are reached directly.
 */

import { type ClientRequestArgs, request } from "node:http";
import { Agent, type AgentOptions, request as secureRequest } from "node:https";
import { BlockList, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { joinHostPort } from "../../api/machinery/network/join-host-port.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const PATIENCE_MS = 15_000;

/** Undefined: the server is reached directly. */
export function proxyFor(server: URL, environment: Environment): URL | undefined {
  const setting = (name: string) => environment[name] || environment[name.toLowerCase()] || "";
  const named = server.protocol === "https:" ? setting("HTTPS_PROXY") : "";
  if (named === "" || isExempt(server, setting("NO_PROXY"))) return undefined;
  const proxy = new URL(named.includes("://") ? named : `http://${named}`);
  if (proxy.protocol !== "http:" && proxy.protocol !== "https:")
    throw new Error(`HTTPS_PROXY names a proxy of ${proxy.protocol}//, and only http:// and https:// are known`);
  return proxy;
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "").toLowerCase();
const portOf = ({ port, protocol }: URL): number => Number(port || (protocol === "https:" ? 443 : 80));

/** As in Go: this machine is never reached through a proxy, and a domain includes its subdomains. */
function isExempt(server: URL, list: string): boolean {
  const host = hostOf(server);
  if (host === "localhost" || (isIP(host) !== 0 && isWithin(host, isIP(host) === 4 ? "127.0.0.0/8" : "::1/128")))
    return true;
  return list.split(",").some((entry) => {
    const text = entry.trim().toLowerCase();
    if (text === "") return false;
    if (text === "*" || text === host) return true;
    if (text.includes("/")) return isIP(host) !== 0 && isWithin(host, text);
    const [, name = text, port] = /^([^:]+):(\d+)$/.exec(text) ?? [];
    if (port !== undefined && Number(port) !== portOf(server)) return false;
    const domain = name.replace(/^\*?\./, "");
    return (host === domain && !name.startsWith(".")) || host.endsWith(`.${domain}`);
  });
}

function isWithin(address: string, range: string): boolean {
  const [network = "", bits] = range.split("/");
  const kind = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (isIP(network) !== isIP(address) || !/^\d+$/.test(bits ?? "")) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), kind);
  return list.check(address, kind);
}

/** A connection to a host behind the proxy, opened with CONNECT. */
export function connectThrough(
  proxy: URL,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Socket> {
  const target = joinHostPort(host, port);
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return new Promise((resolve, reject) => {
    const fail = (message: string) =>
      reject(new Error(`the proxy ${proxy.host} does not lead to ${target}: ${message}`));
    const call = (proxy.protocol === "https:" ? secureRequest : request)({
      host: hostOf(proxy),
      port: portOf(proxy),
      method: "CONNECT",
      path: target,
      agent: false,
      timeout: PATIENCE_MS,
      headers: {
        Host: target,
        ...(proxy.username === ""
          ? {}
          : { "Proxy-Authorization": `Basic ${Buffer.from(credentials).toString("base64")}` }),
      },
    });
    call.once("connect", ({ statusCode, statusMessage }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      fail(`${statusCode} ${statusMessage}`);
    });
    call.once("timeout", () => call.destroy(new Error("no answer")));
    call.once("error", ({ message }) => fail(message));
    call.end();
  });
}

/** Connections for `https` and WebSockets that go through a proxy. */
export class ProxiedAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: ClientRequestArgs & { readonly servername?: string },
    done?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const [host, port] = [options.host ?? "", Number(options.port)];
    connectThrough(this.#proxy, { host, port }).then(
      (socket) => {
        const servername = options.servername ?? (isIP(host) === 0 ? host : "");
        const { path: _, ...secured } = options;
        done?.(null, connectTls({ ...(secured as ConnectionOptions), socket, ...(servername && { servername }) }));
      },
      // Node's own type does not allow for an error without a socket.
      (error: Error) => (done as ((error: Error) => void) | undefined)?.(error),
    );
  }
}
