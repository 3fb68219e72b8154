/** Sends one request to a cluster's API as its administrator, and returns the answer untouched: redirects, headers, bytes. */
import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Cluster } from "./cluster.ts";

export interface ApiCall {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of the answer's text. */
  readonly encoding?: BufferEncoding;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export function callApi(
  cluster: Cluster,
  path: string,
  { method = "GET", headers = {}, body, encoding = "utf8" }: ApiCall = {},
) {
  const kubeconfig = readFileSync(`${cluster.directory}/kubeconfig`, "utf8");
  const [, server = ""] = /server: (\S+)/.exec(kubeconfig) ?? [];
  const [, token = ""] = /token: (\S+)/.exec(kubeconfig) ?? [];
  const [, ca = ""] = /certificate-authority-data: (\S+)/.exec(kubeconfig) ?? [];
  const options = { method, ca: Buffer.from(ca, "base64"), headers: { Authorization: `Bearer ${token}`, ...headers } };
  return new Promise<ApiAnswer>((resolve, reject) => {
    const call = request(`${server}${path}`, options, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding(encoding)) text += chunk;
      const lines = Object.entries(response.headers).flatMap(([name, value]) =>
        [value ?? []].flat().map((each): [string, string] => [name, each]),
      );
      resolve({ status: response.statusCode ?? 0, headers: new Headers(lines), text });
    });
    call.once("error", reject);
    call.end(body);
  });
}
