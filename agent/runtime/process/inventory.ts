/**
 * An in-memory index of the sandboxes and containers in a directory: only the agent adds and removes them, and it keeps
 * asking for those of one pod. Their states are changed by others, and are read each time.
 */
import type { StateDirectory, StoredContainer, StoredSandbox } from "./container-state.ts";

export class Inventory {
  readonly #directory: StateDirectory;
  readonly #sandboxes: Map<string, StoredSandbox>;
  readonly #containers: Map<string, StoredContainer>;

  constructor(directory: StateDirectory) {
    this.#directory = directory;
    this.#sandboxes = new Map(directory.sandboxes().map((sandbox) => [sandbox.id, sandbox]));
    const containers = directory.containerIds().flatMap((id) => directory.container(id) ?? []);
    this.#containers = new Map(containers.map((container) => [container.id, container]));
  }

  sandbox(id: string): StoredSandbox | undefined {
    return this.#sandboxes.get(id);
  }

  /** Those of one pod, or all. */
  sandboxesOf(uid?: string): readonly StoredSandbox[] {
    const all = [...this.#sandboxes.values()];
    return uid === undefined ? all : all.filter(({ config }) => config.pod.uid === uid);
  }

  setSandbox(sandbox: StoredSandbox): void {
    this.#directory.setSandbox(sandbox);
    this.#sandboxes.set(sandbox.id, sandbox);
  }

  removeSandbox(id: string): void {
    this.#directory.removeSandbox(id);
    this.#sandboxes.delete(id);
  }

  container(id: string): StoredContainer | undefined {
    return this.#containers.get(id);
  }

  containersOf(sandboxIds: ReadonlySet<string>): readonly StoredContainer[] {
    return [...this.#containers.values()].filter(({ sandboxId }) => sandboxIds.has(sandboxId));
  }

  addContainer(container: StoredContainer): void {
    this.#directory.addContainer(container);
    this.#containers.set(container.id, container);
  }

  removeContainer(id: string): void {
    this.#directory.removeContainer(id);
    this.#containers.delete(id);
  }
}
