import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientVersions } from "../rig/clients.ts";
import { Cluster } from "../rig/cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(() => cluster.remove());

describe.each(clientVersions)("kubectl %s", (version) => {
  const namespace = `commands-${version}`;
  const run = (command: string | string[], input = "") => cluster.output(command, { version, input });
  const here = (command: string, input = "") => run(`-n ${namespace} ${command}`, input);
  const refusal = async (command: string, input = "") =>
    (await cluster.kubectl(`-n ${namespace} ${command}`, { version, input })).stderr;

  test("create namespace, configmap, secret, job (which send protobuf) and serviceaccount", async () => {
    expect(await run(`create namespace ${namespace}`)).toBe(`namespace/${namespace} created\n`);
    expect(await here("create configmap settings --from-literal=a=1")).toBe("configmap/settings created\n");
    expect(await here("create secret generic key --from-literal=password=x")).toBe("secret/key created\n");
    expect(await here("create job now --image=busybox -- true")).toBe("job.batch/now created\n");
    expect(await here("create serviceaccount robot")).toBe("serviceaccount/robot created\n");
    expect(await here("get configmap settings -o jsonpath={.data.a}")).toBe("1");
    expect(await here("get secret key -o jsonpath={.data.password}")).toBe("eA==");
  });

  test("label and annotate change the metadata", async () => {
    expect(await here("label configmap settings tier=front")).toBe("configmap/settings labeled\n");
    expect(await here("annotate configmap settings note=yes")).toBe("configmap/settings annotated\n");
    expect(await here("get configmaps -l tier=front -o name")).toBe("configmap/settings\n");
    expect(await here("label configmap settings tier-")).toBe("configmap/settings unlabeled\n");
    expect(await here("get configmaps -l tier=front -o name")).toBe("");
  });

  test("edit saves what the editor changed", async () => {
    const editor = join(cluster.directory, "editor");
    writeFileSync(editor, `#!/bin/sh\nsed 's/^  a: .*/  a: "2"/' "$1" >"$1.new" && mv "$1.new" "$1"\n`, {
      mode: 0o755,
    });
    const environment = { KUBE_EDITOR: editor };
    const { stdout, stderr } = await cluster.kubectl(`-n ${namespace} edit configmap settings`, {
      version,
      environment,
    });
    expect(stdout + stderr).toContain("configmap/settings edited\n");
    expect(await here("get configmap settings -o jsonpath={.data.a}")).toBe("2");
  });

  test("diff shows what apply would change", async () => {
    const changed = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, namespace: ${namespace}}\ndata: {a: "3"}\n`;
    const { code, stdout } = await cluster.kubectl("diff -f -", { version, input: changed });
    expect(stdout).toMatch(/^- {2}a: "2"\n\+ {2}a: "3"$/m);
    expect(code).toBe(1);
  });

  test("patch supports each patch type", async () => {
    const patches = [
      ["merge", '{"data":{"b":"merge"}}'],
      ["strategic", '{"data":{"c":"strategic"}}'],
      ["json", '[{"op":"add","path":"/data/d","value":"json"}]'],
    ];
    for (const [type, patch] of patches) {
      expect(await run(["-n", namespace, "patch", "configmap", "settings", `--type=${type}`, "-p", patch ?? ""])).toBe(
        "configmap/settings patched\n",
      );
    }
    expect(JSON.parse(await here("get configmap settings -o jsonpath={.data}"))).toMatchObject({
      b: "merge",
      c: "strategic",
      d: "json",
    });
  });

  test("api-resources lists the kinds with their short names", async () => {
    const list = await run("api-resources");
    expect(list).toMatch(/^configmaps +cm +v1 +true +ConfigMap$/m);
    expect(list).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
    expect(list).toMatch(/^namespaces +ns +v1 +false +Namespace$/m);
  });

  test("explain documents a field", async () => {
    const text = await run("explain deployment.spec");
    expect(text).toMatch(/^GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n\nFIELD: spec <DeploymentSpec>\n/);
    expect(text).toMatch(/replicas\t<integer>\n/);
    expect(text).toContain("Number of desired pods.");
  });

  test("delete removes the object", async () => {
    expect(await here("delete configmap settings")).toMatch(/^configmap "settings" deleted/);
    expect(await refusal("get configmap settings")).toBe(
      'Error from server (NotFound): configmaps "settings" not found\n',
    );
  });

  test("invalid requests are refused in Kubernetes' words", async () => {
    expect(await refusal("create configmap Not_A_Name")).toContain(
      'metadata.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain must consist of',
    );
    expect(await refusal("create secret generic key")).toBe(
      'error: failed to create secret secrets "key" already exists\n',
    );
    expect(await refusal("get nonsense")).toBe('error: the server doesn\'t have a resource type "nonsense"\n');
    expect(
      await refusal("create -f - --validate=false", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: 5\n"),
    ).toContain("cannot unmarshal number into Go struct field ConfigMap.data of type map[string]string");
    expect(await refusal("create configmap x -n absent")).toBe(
      'error: failed to create configmap: namespaces "absent" not found\n',
    );
  });

  test("a dry run checks everything and stores nothing", async () => {
    expect(await here("create deployment d --image=x --dry-run=server")).toBe(
      "deployment.apps/d created (server dry run)\n",
    );
    expect(await refusal("get deployment d")).toContain("NotFound");
  });
});
