/** What is wrong with a container and what to do, in one plain sentence. */
import type { ContainerCause } from "../summaries/pod-cause.ts";

type AdviceOn = (container: ContainerCause, detail: string) => string;

const pull: AdviceOn = ({ name, image }) =>
  `The image ${image} of ${name} cannot be pulled: check its name and tag, and that its node may read the registry.`;

const start: AdviceOn = ({ name }) => `${name} cannot be started: correct its command or its settings.`;

/** A reference to an object, or to a key of it, that is missing. */
const MISSING = /(secret|configmap) "([^"]+)" not found/i;

const configure: AdviceOn = ({ name }, detail) => {
  const [, kind = "", of = ""] = MISSING.exec(detail) ?? [];
  return of === ""
    ? `${name} refers to something that is missing or wrong: create it, or correct the reference.`
    : `The ${kind.toLowerCase() === "secret" ? "Secret" : "ConfigMap"} ${of} is missing: create it, or correct the reference in ${name}.`;
};

const BY_REASON: Readonly<Record<string, AdviceOn>> = {
  ErrImagePull: pull,
  ImagePullBackOff: pull,
  RegistryUnavailable: pull,
  InvalidImageName: ({ name, image }) => `${image} is no valid name of an image: correct it in ${name}.`,
  ErrImageNeverPull: ({ image }) =>
    `The image ${image} is not on the node and must not be pulled: load it there, or change imagePullPolicy.`,
  CreateContainerConfigError: configure,
  CreateContainerError: start,
  RunContainerError: start,
  StartError: start,
  ContainerCannotRun: start,
  OOMKilled: ({ name }) =>
    `${name} used more memory than its limit and was killed: raise the limit, or let it use less.`,
};

/** Exit codes with a meaning of their own; the shell's and the signals' are everybody's. */
const BY_EXIT_CODE: Readonly<Record<number, AdviceOn>> = {
  0: ({ name }) => `${name} ends by itself and is started again: work that ends belongs in a Job.`,
  126: ({ name }) => `The command of ${name} cannot be executed: correct it, or its permissions in the image.`,
  127: ({ name }) => `The command of ${name} was not found: correct it, or choose an image that has it.`,
  137: ({ name }) => `${name} was killed (exit code 137): look at its memory and its liveness probe.`,
  139: ({ name }) =>
    `${name} crashes with a memory fault (exit code 139): its log before the last restart may say why.`,
};

/** Undefined if there is nothing wrong with how it starts and ends. */
export function containerAdvice(container: ContainerCause, detail: string): string | undefined {
  const { name, reason, ended, exitCode } = container;
  const advice = BY_REASON[reason] ?? BY_REASON[ended ?? ""];
  if (advice) return advice(container, detail);
  if (exitCode === undefined) return undefined;
  const known = BY_EXIT_CODE[exitCode];
  if (known) return known(container, detail);
  return reason === "Ended"
    ? `${name} ended with exit code ${exitCode}: its log says why.`
    : `${name} ends with exit code ${exitCode} again and again: its log before the last restart says why.`;
}
