/** How webhooks are called (k8s.io/apiserver/pkg/util/webhook/validation.go), including conversion webhooks. */
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { dnsSubdomain, portNumber } from "../../machinery/names.ts";
import { parseUrl } from "../../machinery/network/go-url.ts";

export interface ClientConfig {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
}

const HTTPS = 443;

export function checkClientConfig(errors: FieldError[], path: string, config: ClientConfig = {}): void {
  const { url, service } = config;
  if ((url === undefined) === (service === undefined))
    errors.push(required(path, "exactly one of url or service is required"));
  else if (url !== undefined) checkURL(errors, `${path}.url`, url);
  else if (service) checkService(errors, `${path}.service`, service);
}

const FORM = "; desired format: https://host[/path]";

function checkURL(errors: FieldError[], path: string, text: string): void {
  const url = parseUrl(text);
  if (typeof url === "string") {
    errors.push(required(path, `url must be a valid URL: ${url}${FORM}`));
    return;
  }
  const { scheme, host, user, fragment, query } = url;
  if (scheme !== "https") errors.push(invalid(path, scheme, `'https' is the only allowed URL scheme${FORM}`));
  if (host === "") errors.push(invalid(path, host, `host must be specified${FORM}`));
  if (user !== undefined) errors.push(invalid(path, user, "user information is not permitted in the URL"));
  if (fragment !== "") errors.push(invalid(path, fragment, "fragments are not permitted in the URL"));
  if (query !== "") errors.push(invalid(path, query, "query parameters are not permitted in the URL"));
}

function checkService(errors: FieldError[], path: string, service: NonNullable<ClientConfig["service"]>): void {
  const { name = "", namespace = "", path: servicePath, port = HTTPS } = service;
  // Kubernetes passes the two in the wrong order, and names the other one.
  if (namespace === "") errors.push(required(`${path}.name`));
  if (name === "") errors.push(required(`${path}.namespace`));
  for (const problem of portNumber(port)) errors.push(invalid(`${path}.port`, port, `port is not valid: ${problem}`));
  if (servicePath !== undefined) checkPath(errors, `${path}.path`, servicePath);
}

function checkPath(errors: FieldError[], at: string, path: string): void {
  if (path === "/" || path === "") return;
  if (!path.startsWith("/")) errors.push(invalid(at, path, "must start with a '/'"));
  const inner = path.endsWith("/") ? path.slice(0, -1) : path;
  const segments = inner.slice(1).split("/");
  segments.forEach((segment, i) => {
    if (segment === "") errors.push(invalid(at, path, `segment[${i}] may not be empty`));
    else for (const problem of dnsSubdomain(segment)) errors.push(invalid(at, path, `segment[${i}]: ${problem}`));
  });
}
