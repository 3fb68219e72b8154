import { expect, test } from "vitest";
import { parts, sourceFiles } from "./modules.ts";

interface Rule {
  /** The files that the rule covers: the first rule that matches a file applies. */
  readonly from: RegExp;
  /** Files of this project that they may import. */
  readonly mayImport: RegExp;
  /** Files of which they may import only types. */
  readonly mayName?: RegExp;
}

/** Who may import whom, as drawn in docs/ARCHITECTURE.md. */
const rules: readonly Rule[] = [
  { from: /^api\//, mayImport: /^api\// },
  { from: /^client\//, mayImport: /^(api|client)\// },
  { from: /^worker\/(controllers|scheduler)\//, mayImport: /^(api|worker\/(controllers|scheduler))\// },
  { from: /^worker\/index\.ts$/, mayImport: /^(worker|durable-objects)\// },
  // Bindings are typed by the Durable Object classes behind them.
  { from: /^worker\//, mayImport: /^(api|client|worker)\//, mayName: /^durable-objects\/[^/]+\.ts$/ },
  { from: /^durable-objects\/store\//, mayImport: /^(api\/(?!resources\/)|durable-objects\/|migrations\/)/ },
  {
    from: /^durable-objects\//,
    mayImport:
      /^(api|client|durable-objects|migrations|worker\/(controllers|scheduler))\/|^worker\/(cluster|env|tunnels\/node-response)\.ts$/,
  },
  { from: /^migrations\//, mayImport: /^migrations\// },
  { from: /^agent\//, mayImport: /^(agent|api|client)\// },
  // `up` and `join` run an agent: they know its entry point, leave the machine by the same routes, verify servers in the
  // same way, read the same messages, and check the same settings. `proxy` forwards requests as nodes do for their pods.
  {
    from: /^cli\//,
    mayImport:
      /^(api|cli|client)\/|^agent\/(main|contained-faults|api-forwarding\/forwarder|control-plane\/(outbound-proxy|forwarded-requests)|streams\/verified-tls|pressure\/eviction-settings|shutdown\/shutdown-periods)\.ts$/,
  },
  { from: /^dashboard\//, mayImport: /^(api|client|dashboard)\// },
];

const files = sourceFiles();
const isOurs = (target: string) => parts.some((part) => target.startsWith(`${part}/`));

test("every file imports only what its part may know", () => {
  const offences = files.flatMap(({ path, imports }) => {
    const rule = rules.find(({ from }) => from.test(path));
    return imports
      .filter(({ target }) => isOurs(target) && !rule?.mayImport.test(target))
      .filter(({ target, typeOnly }) => !(typeOnly && rule?.mayName?.test(target)))
      .map(({ target }) => `${path} imports ${target}`);
  });
  expect(offences).toEqual([]);
});

test("within the Worker, only its entry imports the HTTP server", () => {
  const offences = files
    .filter(({ path }) => /^worker\/(?!http\/|index\.ts$)/.test(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target.startsWith("worker/http/"))
        .map(({ target }) => `${path} imports ${target}`),
    );
  expect(offences).toEqual([]);
});

/** Libraries without input, output, clock or randomness. */
const pureLibraries = ["ipaddr.js", "yaml"];

test("the pure parts use neither platform nor impure libraries", () => {
  const offences = files
    .filter(({ path }) => /^(api|worker\/(controllers|scheduler))\//.test(path))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => !isOurs(target) && !pureLibraries.includes(target))
        .map(({ target }) => `${path} imports ${target}`),
    );
  expect(offences).toEqual([]);
});

test("the pure parts use neither clock nor randomness", () => {
  const offences = files
    .filter(({ path }) => /^(api|worker\/(controllers|scheduler))\//.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bcrypto\.|\bfetch\(/g)].map(
        ([call]) => `${path} calls ${call}`,
      ),
    );
  expect(offences).toEqual([]);
});

/** Those of the graph that need each other in circles. */
function circlesIn(needs: ReadonlyMap<string, readonly string[]>): string[] {
  // Removes, again and again, whatever needs none of the others or is needed by none of them; circles remain.
  const left = new Set(needs.keys());
  for (let before = Number.POSITIVE_INFINITY; left.size < before; ) {
    before = left.size;
    const needed = new Set([...left].flatMap((path) => needs.get(path) ?? []));
    for (const path of left)
      if (!needed.has(path) || !needs.get(path)?.some((target) => left.has(target))) left.delete(path);
  }
  return [...left];
}

test("files do not import each other in circles, not even for types", () => {
  const needs = new Map(
    files.map(({ path, imports }) => [path, imports.flatMap(({ target }) => (isOurs(target) ? [target] : []))]),
  );
  expect(circlesIn(needs)).toEqual([]);
});

/** The files or folders, side by side in one folder, that contain the two files. */
function siblings(a: string, b: string): readonly [string, string] {
  const [left, right] = [a.split("/"), b.split("/")];
  const depth = 1 + left.findIndex((name, i) => name !== right[i]);
  return [left.slice(0, depth).join("/"), right.slice(0, depth).join("/")];
}

test("the folders of a part do not import each other in circles, at any depth", () => {
  const needs = new Map<string, string[]>();
  for (const { path, imports } of files) {
    for (const { target, lazy } of imports) {
      if (lazy || !isOurs(target)) continue;
      const [from, to] = siblings(path, target);
      // The rules above say which parts may know each other.
      if (!from.includes("/")) continue;
      needs.set(from, [...(needs.get(from) ?? []), to]);
    }
  }
  expect(circlesIn(needs)).toEqual([]);
});
