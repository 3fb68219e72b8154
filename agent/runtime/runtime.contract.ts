/** What every runtime must do, whatever it runs containers with. Called from each runtime's own test. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainContainer, plainSandbox } from "../../test/fakes/node/plain-container.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import type { ContainerConfig } from "./container.ts";
import { parseLogEntry } from "./cri-log.ts";
import type { ContainerObservation } from "./observation.ts";
import type { Runtime } from "./runtime.ts";
import { ExecTimeout } from "./runtime-error.ts";

export interface ContractOptions {
  /** Opens the runtime; opening it twice on the same state is a restart of the agent. */
  readonly open: () => Promise<Runtime>;
  readonly image: string;
}

export function runtimeContract(name: string, { open, image }: ContractOptions): void {
  describe(`the ${name} runtime`, () => {
    let runtime: Runtime;
    let logs: string;
    let count = 0;
    const started: string[] = [];

    beforeAll(async () => {
      runtime = await open();
      logs = temporaryDirectory();
    });
    afterAll(async () => {
      for (const id of started) await runtime.removeSandbox(id);
      await runtime.close();
      rmSync(logs, { recursive: true, force: true });
    });

    async function pod() {
      const uid = `contract-${process.pid}-${count++}`;
      const sandbox = plainSandbox({ namespace: "contract", name: uid, uid }, { logDirectory: logs });
      const id = await runtime.runSandbox(sandbox);
      started.push(id);
      return { uid, id, sandbox };
    }

    async function run(script: string, change: Partial<ContainerConfig> = {}) {
      const owner = await pod();
      const config = plainContainer({
        image: (await runtime.imageStatus(image))?.id ?? image,
        imageName: image,
        command: ["sh", "-c", script],
        logPath: `${owner.uid}.log`,
        labels: { "io.kubernetes.pod.uid": owner.uid },
        annotations: { restart: "7" },
        ...change,
      });
      const id = await runtime.createContainer(owner.id, config, owner.sandbox);
      await runtime.startContainer(id);
      return { ...owner, container: id, log: join(logs, config.logPath) };
    }

    const observe = async (uid: string): Promise<ContainerObservation | undefined> =>
      (await runtime.observe(uid)).containers[0];

    async function ended(uid: string): Promise<ContainerObservation> {
      for (let i = 0; i < 200; i++) {
        const container = await observe(uid);
        if (container?.state === "exited") return container;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error("the container has not ended");
    }

    const textOf = (file: string): string =>
      readFileSync(file, "utf8")
        .split("\n")
        .map((line) => parseLogEntry(Buffer.from(line))?.text.toString() ?? "")
        .join("\n");

    it.each([
      ["exit 0", 0, "Completed"],
      ["exit 42", 42, "Error"],
      ["sh -c 'kill -9 $$'; exit $?", 137, "Error"],
    ])("reports how `%s` ended", async (script, exitCode, reason) => {
      const { uid } = await run(script);
      const container = await ended(uid);
      expect({ exitCode: container.exitCode, reason: container.reason }).toEqual({ exitCode, reason });
      expect(container.finishedAt).toBeGreaterThanOrEqual(container.startedAt);
    });

    it("keeps labels and annotations, which identify containers to the agent", async () => {
      const { uid } = await run("sleep 100");
      expect(await observe(uid)).toMatchObject({ name: "c", state: "running", annotations: { restart: "7" } });
    });

    it("writes both streams to the log, in CRI's format", async () => {
      const { uid, log } = await run('echo "$GREETING"; echo oops >&2', {
        env: [{ name: "GREETING", value: "hello" }],
      });
      await ended(uid);
      expect(textOf(log)).toContain("hello");
      expect(readFileSync(log, "utf8")).toMatch(/^\S+Z stderr F oops$/m);
    });

    it("asks a container to stop, and kills it if it does not", async () => {
      const polite = await run('trap "exit 5" TERM; while :; do sleep 0.05; done');
      const stubborn = await run('trap "" TERM; while :; do sleep 0.05; done');
      await new Promise((resolve) => setTimeout(resolve, 200));
      await Promise.all([runtime.stopContainer(polite.container, 10), runtime.stopContainer(stubborn.container, 1)]);
      expect((await ended(polite.uid)).exitCode).toBe(5);
      expect((await ended(stubborn.uid)).exitCode).toBe(137);
      await runtime.stopContainer(polite.container, 1);
    });

    it("reports that a missing command cannot start", async () => {
      await expect(run("", { command: ["/no/such/binary"] })).rejects.toThrow(/no such file or directory/);
      const { containers } = await runtime.observe(`contract-${process.pid}-${count - 1}`);
      expect(containers[0]).toMatchObject({ state: "exited", exitCode: 128, reason: "StartError" });
    });

    it("runs a command in a container", async () => {
      const { container } = await run("sleep 100");
      const result = await runtime.execSync(container, ["sh", "-c", "echo out; echo err >&2; exit 3"], 5);
      expect([result.exitCode, result.stderr.toString()]).toEqual([3, "err\n"]);
      expect(result.output.toString().split("\n").toSorted()).toEqual(["", "err", "out"]);
      await expect(runtime.execSync(container, ["sleep", "30"], 1)).rejects.toThrow(ExecTimeout);
    });

    it("streams an exec, including the end of its input", async () => {
      const { container } = await run("sleep 100");
      const streams = await runtime.exec(container, {
        command: ["cat"],
        stdin: true,
        stdout: true,
        stderr: true,
        tty: false,
      });
      streams.stdin?.write("ping");
      streams.stdin?.end();
      let out = "";
      for await (const chunk of streams.stdout ?? []) out += chunk.toString();
      expect([out, await streams.exit]).toEqual(["ping", { code: 0 }]);
    });

    it("keeps containers running without the agent, and knows how they ended", async () => {
      const { uid } = await run("sleep 1; exit 9");
      const before = await observe(uid);
      await runtime.close();
      runtime = await open();
      expect((await observe(uid))?.id).toBe(before?.id);
      expect((await ended(uid)).exitCode).toBe(9);
    });

    it("notifies listeners that a container has ended", async () => {
      const { uid, container } = await run("sleep 100");
      const received = new Promise<string>((resolve) => {
        const stop = runtime.onChange((changed) => {
          if (changed !== uid && changed !== "") return;
          stop();
          resolve(changed);
        });
      });
      await runtime.stopContainer(container, 0);
      expect([uid, ""]).toContain(await received);
    });
  });
}
