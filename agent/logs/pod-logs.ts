/**
 * Where the logs of the node's pods are. Collectors of logs read /var/log/pods, or the links to it in
 * /var/log/containers. In such a directory, which others may use too, only what the node's own directory refers to is
 * the node's.
 */
import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { Pod } from "../../api/generated/core.v1.ts";
import { namesIn } from "../files/names-in.ts";
import type { PodIdentity } from "../runtime/sandbox.ts";

export interface PodLogsOptions {
  /** The node's own. */
  readonly directory: string;
  /** Where collectors look; links to each container's log are beside it, in `containers`. */
  readonly collected?: string | undefined;
}

/** The log of one container. */
export interface ContainerLog {
  readonly pod: PodIdentity;
  readonly container: string;
  /** With the runtime's name in front, as in statuses. */
  readonly id: string;
}

/** NAMESPACE_NAME_UID; none of the parts contains an underscore. */
const PARTS = /^([^_]+)_([^_]+)_([^_]+)$/;
const MAX_NAME_BYTES = 255;
const SUFFIX = ".log";

/** The kubelet's name for the link, cut to what a file system allows. */
function linkNameOf({ pod, container, id }: ContainerLog): string {
  const name = `${pod.name}_${pod.namespace}_${container}-${id.split("://").at(-1)}`;
  return name.slice(0, MAX_NAME_BYTES - SUFFIX.length) + SUFFIX;
}

const linkTarget = (path: string): string | undefined => {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? readlinkSync(path) : undefined;
};

export class PodLogs {
  readonly #directory: string;
  readonly #collected: string | undefined;

  constructor({ directory, collected }: PodLogsOptions) {
    this.#directory = directory;
    this.#collected = collected;
  }

  get #links(): string | undefined {
    return this.#collected && join(dirname(this.#collected), "containers");
  }

  directoryOf({ metadata: { namespace, name, uid = "" } }: Pod): string {
    return this.#directoryOf(`${namespace}_${name}_${uid}`);
  }

  /** A pod's logs stay where they were begun, even if the node has been configured otherwise since. */
  #directoryOf(name: string): string {
    const own = join(this.#directory, name);
    const known = lstatSync(own, { throwIfNoEntry: false });
    if (known === undefined && this.#collected !== undefined) return join(this.#collected, name);
    return linkTarget(own) ?? own;
  }

  /** Creates the pod's directory. */
  make(pod: Pod): void {
    const directory = this.directoryOf(pod);
    const own = join(this.#directory, directory.split(sep).at(-1) ?? "");
    if (own !== directory && linkTarget(own) === undefined) {
      mkdirSync(this.#directory, { recursive: true, mode: 0o755 });
      // First, so that a directory that exists is always known.
      symlinkSync(directory, own);
    }
    mkdirSync(directory, { recursive: true, mode: 0o755 });
  }

  /** Lets collectors find a container's log, which is at `path`. */
  link(log: ContainerLog, path: string): void {
    if (this.#links === undefined || this.#collected === undefined || !path.startsWith(this.#collected + sep)) return;
    mkdirSync(this.#links, { recursive: true, mode: 0o755 });
    const link = join(this.#links, linkNameOf(log));
    rmSync(link, { force: true });
    symlinkSync(path, link);
  }

  /** Removes an ended container's log, which is at `path`. */
  removeOne(log: ContainerLog, path: string): void {
    rmSync(path, { force: true });
    if (this.#links !== undefined) rmSync(join(this.#links, linkNameOf(log)), { force: true });
  }

  /** The uids of pods that have logs. */
  get uids(): readonly string[] {
    return namesIn(this.#directory).flatMap((name) => PARTS.exec(name)?.[3] ?? []);
  }

  /** Removes the logs of the pod with that uid. */
  remove(uid: string): void {
    for (const name of namesIn(this.#directory)) {
      const [, namespace, pod, its] = PARTS.exec(name) ?? [];
      if (its !== uid) continue;
      const directory = this.#directoryOf(name);
      if (this.#links !== undefined)
        for (const link of namesIn(this.#links))
          if (
            link.startsWith(`${pod}_${namespace}_`) &&
            linkTarget(join(this.#links, link))?.startsWith(directory + sep)
          )
            rmSync(join(this.#links, link), { force: true });
      rmSync(directory, { recursive: true, force: true });
      rmSync(join(this.#directory, name), { recursive: true, force: true });
    }
  }
}
