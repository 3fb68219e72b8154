/**
 * The process runtime's files for each container: DIR/containers/ID/{config,state}.json and DIR/sandboxes/ID.json, all
 * readable by the owner only. The supervisor writes states, the agent writes the rest.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ContainerConfig } from "../container.ts";
import type { SandboxConfig } from "../sandbox.ts";

export interface ContainerState {
  readonly state: "created" | "running" | "exited";
  readonly pid?: number;
  /** {@link processStart} of `pid`. */
  readonly processStart?: string;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
}

export interface StoredContainer {
  readonly id: string;
  readonly sandboxId: string;
  readonly createdAt: number;
  /** An absolute path. */
  readonly logPath: string;
  readonly config: ContainerConfig;
}

export interface StoredSandbox {
  readonly id: string;
  readonly createdAt: number;
  readonly ready: boolean;
  readonly config: SandboxConfig;
}

const NEW: ContainerState = {
  state: "created",
  startedAt: 0,
  finishedAt: 0,
  exitCode: 0,
  reason: "",
  message: "",
};

function write(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(value), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

function read<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}

const namesIn = (directory: string): string[] => {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
};

export class StateDirectory {
  readonly path: string;
  readonly #containers: string;
  readonly #sandboxes: string;

  constructor(path: string) {
    this.path = path;
    this.#containers = join(path, "containers");
    this.#sandboxes = join(path, "sandboxes");
    for (const directory of [this.#containers, this.#sandboxes]) mkdirSync(directory, { recursive: true, mode: 0o700 });
  }

  get socket(): string {
    return join(this.path, "supervisor.sock");
  }

  containerDirectory(id: string): string {
    return join(this.#containers, id);
  }

  addContainer(container: StoredContainer): void {
    mkdirSync(this.containerDirectory(container.id), { recursive: true, mode: 0o700 });
    write(join(this.containerDirectory(container.id), "config.json"), container);
    this.setState(container.id, NEW);
  }

  container(id: string): StoredContainer | undefined {
    return read(join(this.containerDirectory(id), "config.json"));
  }

  state(id: string): ContainerState | undefined {
    return read(join(this.containerDirectory(id), "state.json"));
  }

  setState(id: string, state: ContainerState): void {
    write(join(this.containerDirectory(id), "state.json"), state);
  }

  containerIds(): string[] {
    return namesIn(this.#containers);
  }

  removeContainer(id: string): void {
    rmSync(this.containerDirectory(id), { recursive: true, force: true });
  }

  sandboxes(): StoredSandbox[] {
    return namesIn(this.#sandboxes).flatMap((name) => read<StoredSandbox>(join(this.#sandboxes, name)) ?? []);
  }

  sandbox(id: string): StoredSandbox | undefined {
    return read(join(this.#sandboxes, `${id}.json`));
  }

  setSandbox(sandbox: StoredSandbox): void {
    write(join(this.#sandboxes, `${sandbox.id}.json`), sandbox);
  }

  removeSandbox(id: string): void {
    rmSync(join(this.#sandboxes, `${id}.json`), { force: true });
  }
}
