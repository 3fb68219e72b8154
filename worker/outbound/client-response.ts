/** What a webhook answers: a body, or an error as kube-apiserver words it. */
import { isJsonObject } from "../../api/machinery/json/json-object.ts";
import { parseJson } from "../../api/machinery/json/json-syntax.ts";
import type { Status } from "../../api/machinery/status.ts";
import { readResponseText } from "./read-response-text.ts";

/** `problem` says why there is no answer; it completes kube-apiserver's `failed to call webhook: `. */
export type ClientResponse =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

export async function readClientResponse(response: Response, cluster: string): Promise<ClientResponse> {
  const { status } = response;
  const text = await readResponseText(response.body, cluster);
  if (text === undefined) return { ok: false, problem: "the answer is too large" };
  const type = response.headers.get("Content-Type") ?? "";
  if (status < 200 || status > 206) {
    const message = statusMessage(text);
    if (message !== undefined) return { ok: false, problem: message };
    const isShown = type === "" || type.startsWith("text/");
    return { ok: false, problem: problemOf(status, isShown ? text.trim().slice(0, MAX_SHOWN) : "unknown") };
  }
  if (text !== "") return { ok: true, text };
  return {
    ok: false,
    problem: `0-length response with status code: ${status} and content type: ${type || "application/json"}`,
  };
}

/** The message of the answer, if it is a Status. */
function statusMessage(text: string): string | undefined {
  const parsed = parseJson(text);
  const { kind, apiVersion, message } = (
    parsed.ok && isJsonObject(parsed.value) ? parsed.value : {}
  ) as Partial<Status>;
  return kind === "Status" && apiVersion === "v1" && typeof message === "string" ? message : undefined;
}

const MAX_SHOWN = 2048;
/** Kubernetes' client's texts for bare status codes; for other codes it shows the answer's body. */
const PROBLEMS: Readonly<Record<number, string>> = {
  400: "the server rejected our request for an unknown reason",
  401: "the server has asked for the client to provide credentials",
  404: "the server could not find the requested resource",
  405: "the server does not allow this method on the requested resource",
  409: "the server reported a conflict",
  422: "the server rejected our request due to an error in our request",
  429: "the server has received too many requests and has asked us to try again later",
  503: "the server is currently unable to handle the request",
  504: "the server was unable to return a response in the time allotted, but may still be processing the request",
};
const REPORTED_BY_SERVER: ReadonlySet<number> = new Set([403, 406, 415]);

function problemOf(status: number, message: string): string {
  const known = REPORTED_BY_SERVER.has(status) ? message : PROBLEMS[status];
  if (known !== undefined) return known;
  return status >= 500
    ? `an error on the server (${JSON.stringify(message)}) has prevented the request from succeeding`
    : `the server responded with the status code ${status} but did not return more information`;
}
