/**
 * systemd-logind announces shutdowns of the machine, and waits for those who hold a lock. systemd's own programs speak
 * with it: `systemd-inhibit` holds the lock while a program runs, here until the agent closes its input, or dies.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { hasProgram, programEnvironment, run } from "../command.ts";

/** Where shutdowns are announced, and delayed. */
export interface ShutdownNotice {
  /** Lets shutdowns wait for as long as they may last. Fails with why they do not. */
  prepare(seconds: number): Promise<void>;
  /** Shutdowns wait until `release`; called again, they wait again. */
  hold(): void;
  release(): void;
  /** Calls back with true for each shutdown that begins, with false if it is cancelled. Settles when it cannot go on. */
  follow(onShutdown: (begins: boolean) => void): Promise<void>;
  close(): void;
}

const DESTINATION = "org.freedesktop.login1";
const MANAGER = [DESTINATION, "/org/freedesktop/login1", "org.freedesktop.login1.Manager"];
const SIGNAL = "type='signal',interface='org.freedesktop.login1.Manager',member='PrepareForShutdown'";
const DROP_IN = "/etc/systemd/logind.conf.d/99-sailplane.conf";
const TRIES = 5;
const FIRST_WAIT_MS = 100;

/** A line of `busctl monitor --json=short`; undefined: it is about something else. */
export function parseAnnouncement(line: string): boolean | undefined {
  try {
    const { member, payload } = JSON.parse(line) as { member?: string; payload?: { data?: unknown[] } };
    const [begins] = payload?.data ?? [];
    return member === "PrepareForShutdown" && typeof begins === "boolean" ? begins : undefined;
  } catch {
    return undefined;
  }
}

export class Logind implements ShutdownNotice {
  #lock: ChildProcess | undefined;
  #monitor: ChildProcess | undefined;

  async prepare(seconds: number): Promise<void> {
    for (const program of ["busctl", "systemd-inhibit"])
      if (!hasProgram(program)) throw new Error(`this machine has no ${program}`);
    if ((await this.#maxDelaySeconds()) >= seconds) return;
    mkdirSync(dirname(DROP_IN), { recursive: true });
    writeFileSync(
      DROP_IN,
      `# Written by sailplane: pods have so much time to end.\n[Login]\nInhibitDelayMaxSec=${seconds}\n`,
    );
    await run("systemctl", ["kill", "--signal=HUP", "systemd-logind.service"]);
    for (let tries = 0, wait = FIRST_WAIT_MS; tries < TRIES; tries++, wait *= 2) {
      await sleep(wait);
      if ((await this.#maxDelaySeconds()) >= seconds) return;
    }
    throw new Error(`systemd-logind delays shutdowns by less than ${seconds} s (InhibitDelayMaxSec)`);
  }

  async #maxDelaySeconds(): Promise<number> {
    const text = await run("busctl", ["--json=short", "get-property", ...MANAGER, "InhibitDelayMaxUSec"]);
    return Number((JSON.parse(text) as { data: number | string }).data) / 1_000_000;
  }

  hold(): void {
    const before = this.#lock;
    const words = ["--what=shutdown", "--mode=delay", "--who=sailplane", "--why=Pods need time to end", "cat"];
    this.#lock = spawn("systemd-inhibit", words, {
      stdio: ["pipe", "ignore", "ignore"],
      env: programEnvironment(),
    }).on("error", () => {});
    before?.stdin?.end();
  }

  release(): void {
    this.#lock?.stdin?.end();
    this.#lock = undefined;
  }

  follow(onShutdown: (begins: boolean) => void): Promise<void> {
    const monitor = spawn("busctl", ["--json=short", "--match", SIGNAL, "monitor"], {
      stdio: ["ignore", "pipe", "ignore"],
      env: programEnvironment(),
    });
    this.#monitor = monitor;
    createInterface({ input: monitor.stdout }).on("line", (line) => {
      const begins = parseAnnouncement(line);
      if (begins !== undefined) onShutdown(begins);
    });
    return new Promise((resolve) => monitor.on("error", () => resolve()).on("close", () => resolve()));
  }

  close(): void {
    this.release();
    this.#monitor?.kill();
  }
}
