import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster } from "../rig/cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(() => cluster.remove());

/** For `O=dev, CN=jane`. */
const request = `-----BEGIN CERTIFICATE REQUEST-----
MIHYMH8CAQAwHTEMMAoGA1UECgwDZGV2MQ0wCwYDVQQDDARqYW5lMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAE5ydZkkRsP2KAq4nuNMXDTcX8x0usiQBeHsEgf4e7
EGWu43St8um1fe4VuYN4NgWCf8/B5MYEiF3Yl1jcuBAPk6AAMAoGCCqGSM49BAMC
A0kAMEYCIQD27PpTs1U/hNZi5VJEuFOWBsJhtRprX5tPxZsDM+YcagIhAL7BdUT+
TFESRg6IkMPKfiedh0AvOo5k6TOI2Z17WLNu
-----END CERTIFICATE REQUEST-----
`;

describe.each(["v36"] as const)("kubectl %s", (version) => {
  const namespace = `access-${version}`;
  const run = (command: string | string[], input = "") => cluster.output(command, { version, input });
  const here = (command: string, input = "") => run(`-n ${namespace} ${command}`, input);
  const refusal = async (command: string) => (await cluster.kubectl(`-n ${namespace} ${command}`, { version })).stderr;
  const who = async (command: string) => JSON.parse(await here(`auth whoami -o json ${command}`)).status.userInfo;
  const ann = `--as=ann-${version}`;

  beforeAll(async () => {
    await run(`create namespace ${namespace}`);
    await here("create serviceaccount robot");
  });

  test("create role, clusterrole and their bindings grant permissions that auth can-i shows and lists", async () => {
    await here("create role reader --verb=get,list --resource=pods,deployments.apps --resource-name=one");
    await here(`create rolebinding reader --role=reader --user=ann-${version} --serviceaccount=${namespace}:robot`);
    await run(`create clusterrole metrics-${version} --verb=get --non-resource-url=/metrics`);
    await run(`create clusterrolebinding metrics-${version} --clusterrole=metrics-${version} --user=ann-${version}`);
    const may = async (what: string) =>
      (await cluster.kubectl(`-n ${namespace} auth can-i ${what} ${ann}`)).stdout.trim();
    expect(await may("get pods/one")).toBe("yes");
    expect(await may("get pods/two")).toBe("no");
    expect(await may("delete deployments.apps/one")).toBe("no");
    expect(await may("get /metrics")).toBe("yes");
    const list = await here(`auth can-i --list ${ann}`);
    expect(list).toMatch(/^deployments\.apps +\[\] +\[one\] +\[get list\]$/m);
    expect(list).toMatch(/^ +\[\/metrics\] +\[\] +\[get\]$/m);
    expect(await here("auth can-i * *")).toBe("yes\n");
  });

  test("users cannot grant more than they have", async () => {
    await here(`create rolebinding admin --clusterrole=admin --user=ann-${version}`);
    await here(`create role pods --verb=delete --resource=pods ${ann}`);
    expect(await refusal(`create role nodes --verb=get --resource=nodes ${ann}`)).toContain(
      "is attempting to grant RBAC permissions not currently held",
    );
    expect(await refusal(`create rolebinding all --clusterrole=cluster-admin --user=x ${ann}`)).toContain("forbidden");
  });

  test("auth whoami shows the user, also when impersonating", async () => {
    expect(await who("")).toEqual({
      username: "admin",
      uid: "admin-uid",
      groups: ["system:masters", "system:authenticated"],
    });
    expect(await who("--as=ann --as-group=dev --as-group=ops --as-uid=42")).toEqual({
      username: "ann",
      uid: "42",
      groups: ["dev", "ops", "system:authenticated"],
    });
    const account = `system:serviceaccount:${namespace}:robot`;
    expect((await who(`--as=${account}`)).groups).toEqual([
      "system:serviceaccounts",
      `system:serviceaccounts:${namespace}`,
      "system:authenticated",
    ]);
    expect(await refusal("auth whoami --as-group=dev")).toContain("without impersonating a user");
    expect(
      await refusal(`get pods --as=bob --as-group=system:masters --token=${await here("create token robot")}`),
    ).toContain(`cannot impersonate-on:user-info:list resource "pods"`);
  });

  test("create token creates tokens for an account, valid as long as the bound object exists", async () => {
    await here("create secret generic tie");
    const bound = (await here("create token robot --bound-object-kind=Secret --bound-object-name=tie")).trim();
    expect((await who(`--token=${bound}`)).username).toBe(`system:serviceaccount:${namespace}:robot`);
    await here("delete secret tie");
    expect(await refusal(`auth whoami --token=${bound}`)).toContain("You must be logged in");
    const others = (await here("create token robot --audience=others --duration=20m")).trim();
    expect(await refusal(`auth whoami --token=${others}`)).toContain("You must be logged in");
    expect(await refusal("create token robot --duration=1m")).toContain(
      "may not specify a duration less than 10 minutes",
    );
    expect(await refusal("create token nobody")).toContain('serviceaccounts "nobody" not found');
  });

  test("AUTH-LEGACY: a service account token Secret gets a token, which becomes invalid with it", async () => {
    await here(
      "apply -f -",
      JSON.stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "legacy", annotations: { "kubernetes.io/service-account.name": "robot" } },
        type: "kubernetes.io/service-account-token",
      }),
    );
    const read = () => here("get secret legacy -o go-template={{with.data.token}}{{.|base64decode}}{{end}}");
    await expect.poll(read, { timeout: 10_000 }).not.toBe("");
    const token = await read();
    expect((await who(`--token=${token}`)).username).toBe(`system:serviceaccount:${namespace}:robot`);
    const label = "kubernetes.io/legacy-token";
    const used = await here("get secret legacy -o jsonpath={.metadata.labels.kubernetes\\.io/legacy-token-last-used}");
    expect(used).toMatch(/^\d{4}-\d\d-\d\d$/);
    await here(`label secret legacy ${label}-invalid-since=2020-01-01`);
    expect(await refusal(`auth whoami --token=${token}`)).toContain("You must be logged in");
    await here(`label secret legacy ${label}-invalid-since-`);
    expect((await who(`--token=${token}`)).username).toBe(`system:serviceaccount:${namespace}:robot`);
    await here("delete secret legacy");
    expect(await refusal(`auth whoami --token=${token}`)).toContain("You must be logged in");
  });

  test("auth reconcile adds missing rules and subjects, and removes extra ones if requested", async () => {
    const role = (rules: object[]) =>
      JSON.stringify({
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "Role",
        metadata: { name: "reconciled", namespace },
        rules,
      });
    const pods = { apiGroups: [""], resources: ["pods"], verbs: ["get"] };
    const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
    const rules = async () => JSON.parse(await here("get role reconciled -o jsonpath={.rules}"));
    await here("auth reconcile -f -", role([pods]));
    await here("auth reconcile -f -", role([secrets]));
    expect(await rules()).toEqual([pods, secrets]);
    await here("auth reconcile --remove-extra-permissions -f -", role([secrets]));
    expect(await rules()).toEqual([secrets]);
  });

  test("certificate approve and deny decide once, and an approved request gets a certificate", async () => {
    for (const name of ["good", "bad"]) {
      const spec = {
        signerName: "kubernetes.io/kube-apiserver-client",
        request: Buffer.from(request).toString("base64"),
        usages: ["client auth"],
      };
      const requested = { apiVersion: "certificates.k8s.io/v1", kind: "CertificateSigningRequest" };
      await run("create -f -", JSON.stringify({ ...requested, metadata: { name: `${name}-${version}` }, spec }));
    }
    expect(await refusal(`certificate approve good-${version} ${ann}`)).toContain("forbidden");
    await run(`certificate approve good-${version}`);
    await run(`certificate deny bad-${version}`);
    const certificate = () => run(`get csr good-${version} -o jsonpath={.status.certificate}`);
    await expect.poll(certificate, { timeout: 10_000 }).toMatch(/^LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t/);
    expect(await run(`get csr bad-${version} -o jsonpath={.status.certificate}`)).toBe("");
    expect(await run(`get csr bad-${version} --no-headers`)).toMatch(/Denied\n$/);
    expect(await refusal(`certificate deny good-${version}`)).toContain("is already Approved");
  });
});
