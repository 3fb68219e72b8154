import { isIP } from "node:net";
import { hostname } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import { errorMessage } from "../../api/error-message.ts";
import { formatShards, parseShards } from "../../api/store/shards.ts";

/** A number from 0 (any free port) to 65535. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError("It is a number from 0 to 65535.");
  return port;
}

/** Whether it is this machine's is seen when it is used. */
export function parseAddress(text: string): string {
  if (text === "") throw new InvalidArgumentError("It is an address of this machine.");
  return text;
}

/** A positive integer. */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError("It is a whole number from 1.");
  return count;
}

/** Node names are DNS subdomains. */
function parseNodeName(text: string): string {
  if (text.length > 253 || !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text)) {
    throw new InvalidArgumentError(
      "It is lower case letters, digits, '-' and '.', and starts and ends with a letter or digit.",
    );
  }
  return text;
}

/** `plane.lan,203.0.113.7`: names and addresses for a certificate. */
export function parseSubjects(text: string): string[] {
  const subjects = text.split(",").map((subject) => subject.toLowerCase());
  const wrong = subjects.find((subject) => isIP(subject) === 0 && !/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(subject));
  if (wrong !== undefined)
    throw new InvalidArgumentError(`"${wrong}" is no name and no address; a comma stands between two.`);
  return subjects;
}

/** This machine's name as a node name: in lower case, as by the kubelet. */
function defaultNodeName(): string {
  const name = hostname()
    .toLowerCase()
    .replace(/[^a-z0-9.-]/g, "-")
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return name || "node";
}

/** `30m` in seconds; 0 needs no unit. */
export function parseDuration(text: string): number {
  const match = /^(\d+)([smhd]?)$/.exec(text);
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 };
  if (!match || (match[2] === "" && match[1] !== "0"))
    throw new InvalidArgumentError("It is a number and one of s, m, h, d, or 0.");
  return Number(match[1]) * seconds[(match[2] || "s") as keyof typeof seconds];
}

/** `events,leases` in the format of the Worker's setting. */
function parseShardsOption(text: string): string {
  try {
    return formatShards(parseShards(text));
  } catch (error) {
    throw new InvalidArgumentError(`${errorMessage(error)}.`);
  }
}

export const dualStackOption = (): Option =>
  new Option("--dual-stack", "give Services and pods IPv6 addresses, too; cannot be changed later");

export const shardsOption = (): Option =>
  new Option(
    "--shards <resources>",
    "keep events, leases or both (events,leases) in separate stores; cannot be changed later",
  ).argParser(parseShardsOption);

export const dataDirectoryOption = (): Option =>
  new Option("-d, --data-dir <dir>", "the directory for the control plane's state, keys and kubeconfig").default(
    ".sailplane",
  );

export const nodeNameOption = (): Option =>
  new Option("--node-name <name>", "the node's name")
    .argParser(parseNodeName)
    .default(defaultNodeName(), "this machine's name");

const runtimes = ["auto", "cri", "process", "simulated"] as const;
export type Runtime = (typeof runtimes)[number];

export const runtimeOption = (): Option =>
  new Option(
    "--runtime <runtime>",
    "what runs the pods: cri (containerd or CRI-O), process (plain processes of this machine, no isolation), simulated (nothing runs: for trials and scale tests), auto (cri if there is a socket)",
  )
    .choices(runtimes)
    .default("auto");
