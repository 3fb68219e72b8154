import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";

const script = `${import.meta.dirname}/keeper.sh`;
const shells = ["sh", "bash", "bash --posix", "busybox sh"].filter(
  (shell) => spawnSync("sh", ["-c", `${shell} -c :`]).status === 0,
);
const startedAt = "123";

/** In place of workerd: its configuration is a script that controls each run. */
const workerd = '#!/bin/sh\ncd $(dirname "$3")\necho run >>runs\nexec sh "$3"\n';
/** In place of Node.js: considers the control plane ready once it has created a file. */
const node = `#!/bin/sh
case $1 in
*/announcer.js) until [ -e "$(dirname "$0")/up" ]; do [ -e "$0" ] || exit; sleep 0.05; done; echo ready >"$(dirname "$0")/outcome"; echo "announced $*" ;;
*/pinned-caller.js) echo "calls at $2" ;;
esac
`;

class Keeper {
  readonly directory = temporaryDirectory();
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;
  said = "";

  constructor(shell: string, configuration: string, programs = { node }) {
    const [program = "", ...options] = shell.split(" ");
    const { directory } = this;
    this.#write("workerd", workerd);
    this.#write("node", programs.node);
    this.#write("workerd.bin", configuration);
    this.#write("lock", "{}");
    const told = [directory, `${directory}/workerd`, `${directory}/node`, "programs", startedAt];
    const child = spawn(program, [...options, script, ...told, "! ", "stopped ", ".sailplane", "{}"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout?.on("data", (chunk) => {
      this.said += chunk;
    });
    child.stderr?.on("data", (chunk) => {
      this.said += chunk;
    });
    this.#child = child;
    this.ended = new Promise((resolve) => child.once("close", resolve));
  }

  #write(name: string, text: string): void {
    writeFileSync(`${this.directory}/${name}`, text);
    chmodSync(`${this.directory}/${name}`, 0o700);
  }

  read(name: string): string {
    return existsSync(`${this.directory}/${name}`) ? readFileSync(`${this.directory}/${name}`, "utf8") : "";
  }

  get running(): number | undefined {
    return JSON.parse(this.read("lock") || "{}").child;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  remove(): void {
    this.signal("SIGKILL");
    if (this.running !== undefined) spawnSync("kill", ["-9", String(this.running)]);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

let keeper: Keeper | undefined;
afterEach(() => keeper?.remove());
const keep = (...options: ConstructorParameters<typeof Keeper>): Keeper => {
  keeper = new Keeper(...options);
  return keeper;
};
const poll = <T>(of: () => T) => expect.poll(of, { timeout: 20_000, interval: 10 });

test.each(shells)("%s records its child in the lock", async (shell) => {
  const keeper = keep(shell, ": >up; exec sleep 60");
  await poll(() => keeper.said).toContain("announced");
  expect(JSON.parse(keeper.read("lock"))).toMatchObject({ startedAt: 123, child: keeper.running });
  expect(keeper.said).toBe(`announced programs/announcer.js {} ${keeper.running} \n`);
});

test.each(shells)("%s restarts a killed child, and reports why it ended", async (shell) => {
  const keeper = keep(shell, "echo last words >&2; echo '  at a stack' >&2; : >up; exec sleep 60");
  await poll(() => keeper.said).toContain("announced");
  const first = keeper.running;
  process.kill(Number(first), "SIGKILL");
  await poll(() => keeper.said).toMatch(/announced.*announced programs\/announcer.js \{\} \d+ yes/s);
  expect(keeper.said).toContain("! workerd was ended by SIGKILL: last words; starting again in 0.05 s\n");
  expect(keeper.running).not.toBe(first);
});

test.each(shells)("%s waits longer before each restart, and can be stopped while waiting", async (shell) => {
  const keeper = keep(shell, ": >up; until grep -qs ready outcome; do sleep 0.01; done; exit 3");
  await poll(() => keeper.said).toMatch(/code 3; starting again in 0.05 s.*in 0.1 s.*in 0.2 s.*in 0.5 s/s);
  keeper.signal("SIGTERM");
  expect(await keeper.ended).toBe(0);
  expect(keeper.read("runs")).toBe("run\n".repeat(4));
});

test.each(shells)("%s forwards a signal, and reports where the state is kept", async (shell) => {
  const keeper = keep(shell, 'trap "echo asked >asked; exit" TERM; : >up; while [ -e workerd ]; do sleep 0.05; done');
  await poll(() => keeper.said).toContain("announced");
  keeper.signal("SIGINT");
  expect(await keeper.ended).toBe(0);
  expect(keeper.read("asked")).toBe("asked\n");
  expect(keeper.said).toMatch(/\nstopped on SIGINT; the state stays in .sailplane\n$/);
  expect(existsSync(`${keeper.directory}/lock`)).toBe(false);
});

test.each(shells)("%s starts a new log once the log is large, and keeps the old one", async (shell) => {
  const fill = "head -c 10000001 /dev/zero >>control-plane.log; : >up";
  const first = `${fill}; until grep -qs ready outcome; do sleep 0.01; done; exit 3`;
  const keeper = keep(shell, `if [ -e up ]; then echo one; exec sleep 60; fi; ${first}`);
  await poll(() => keeper.read("control-plane.log")).toBe("one\n");
  expect(keeper.read("control-plane.log.1").length).toBeGreaterThan(10_000_000);
});

test.each(shells)("%s kills a child that does not end when asked to", async (shell) => {
  const keeper = keep(shell, 'trap "" TERM; : >up; while [ -e workerd ]; do sleep 0.05; done');
  await poll(() => keeper.said).toContain("announced");
  const { running } = keeper;
  keeper.signal("SIGHUP");
  expect(await keeper.ended).toBe(0);
  expect(() => process.kill(Number(running), 0)).toThrow("ESRCH");
});

test.each(shells)("%s gives up on a child that was never ready", async (shell) => {
  const keeper = keep(shell, "echo 'a: warning: b' >&2; echo no such luck >&2; exit 1", { node: "#!/bin/sh\n" });
  expect(await keeper.ended).toBe(1);
  const log = `${keeper.directory}/control-plane.log`;
  expect(keeper.said).toBe(
    `sailplane: the control plane did not start: workerd ended with code 1: no such luck; see ${log}\n`,
  );
  expect(existsSync(`${keeper.directory}/lock`)).toBe(false);
});

test.each(shells)("%s stops a child that does not become ready, and reports why", async (shell) => {
  const keeper = keep(shell, ": >up; exec sleep 60", {
    node: '#!/bin/sh\necho why >"$(dirname "$0")/outcome"; kill -9 $3\n',
  });
  expect(await keeper.ended).toBe(1);
  expect(keeper.said).toMatch(/^sailplane: the control plane did not start: why; see /);
});

test.each(shells)(
  "%s starts the pinned-call service when the Worker asks for it, and logs other output",
  async (shell) => {
    const keeper = keep(shell, "echo 'a \\ line'; echo 'sailplane: nothing makes pinned calls'; exec sleep 60");
    await poll(() => keeper.read("control-plane.log")).toBe(
      `a \\ line\ncalls at ${keeper.directory}/pinned-calls.sock\n`,
    );
  },
);
