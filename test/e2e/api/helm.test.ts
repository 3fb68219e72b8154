import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { clientVersions } from "../rig/clients.ts";
import { Cluster } from "../rig/cluster.ts";

/** A chart with everything that makes helm wait, order or ask: definitions, hooks, roles and a workload. */
const files = {
  "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\nappVersion: '1'\n",
  "values.yaml": "replicas: 1\ngreeting: hello\n",
  "crds/offer.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: offers.shop.example.com}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {plural: offers, singular: offer, kind: Offer}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [percent]
              properties:
                percent: {type: integer, minimum: 1, maximum: 99}
                until: {type: string, default: tomorrow}
`,
  "templates/offer.yaml": `apiVersion: shop.example.com/v1
kind: Offer
metadata: {name: {{ .Release.Name }}}
spec: {percent: {{ mul 10 .Values.replicas }}}
`,
  "templates/rbac.yaml": `apiVersion: v1
kind: ServiceAccount
metadata: {name: {{ .Release.Name }}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: {{ .Release.Name }}}
rules: [{apiGroups: [shop.example.com], resources: [offers], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: {{ .Release.Name }}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ .Release.Name }}}
subjects: [{kind: ServiceAccount, name: {{ .Release.Name }}, namespace: {{ .Release.Namespace }}}]
`,
  "templates/settings.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {greeting: {{ .Values.greeting }}}
---
apiVersion: v1
kind: Secret
metadata: {name: {{ .Release.Name }}}
stringData: {password: {{ .Values.greeting }}}
`,
  "templates/web.yaml": `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      serviceAccountName: {{ .Release.Name }}
      terminationGracePeriodSeconds: 0
      containers: [{name: web, image: web, envFrom: [{configMapRef: {name: {{ .Release.Name }}}}]}]
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{port: 80}]}
`,
  "templates/hook.yaml": `{{- range list "pre-install" "post-upgrade" "pre-delete" }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $.Release.Name }}-{{ . }}
  annotations: {helm.sh/hook: {{ . }}, helm.sh/hook-delete-policy: before-hook-creation}
spec:
  template:
    metadata: {annotations: {simulated.sailplane.dev/exit-after: "0.1"}}
    spec: {restartPolicy: Never, containers: [{name: hook, image: hook}]}
{{- end }}
`,
};

const chart = temporaryDirectory();
let cluster: Cluster;
beforeAll(async () => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(chart, path)), { recursive: true });
    writeFileSync(join(chart, path), text);
  }
  cluster = await Cluster.start({ runtime: "simulated" });
});
afterAll(async () => {
  await cluster.remove();
  rmSync(chart, { recursive: true });
});

describe.each(clientVersions)("the helm that comes with kubectl %s", (version) => {
  const release = `shop-${version}`;
  const helm = async (command: string): Promise<string> => {
    const { code, stdout, stderr } = await cluster.helm(`-n ${release} ${command}`, { version });
    if (code !== 0) throw new Error(`helm ${command} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  };
  const kubectl = (command: string) => cluster.output(`-n ${release} ${command}`, { version });
  /** Where a value of the chart ended up: in a built-in, in a custom resource, and in the running container. */
  const state = async () => [
    await kubectl(`get configmap ${release} -o jsonpath={.data.greeting}`),
    await kubectl(`get offer ${release} -o jsonpath={.spec.percent}/{.spec.until}`),
    await kubectl(`get deployment ${release} -o jsonpath={.status.readyReplicas}`),
  ];

  test("install creates definitions first, runs the hook, and waits until all is ready", async () => {
    expect(await helm(`install ${release} ${chart} --create-namespace --wait --timeout 20s`)).toContain(
      "STATUS: deployed",
    );
    expect(await state()).toEqual(["hello", "10/tomorrow", "1"]);
    expect(await kubectl(`get job ${release}-pre-install -o jsonpath={.status.succeeded}`)).toBe("1");
    const asAccount = `--as system:serviceaccount:${release}:${release}`;
    expect(await kubectl(`auth can-i list offers.shop.example.com ${asAccount}`)).toBe("yes\n");
    expect(await helm("list")).toMatch(
      new RegExp(`^${release}\\s+${release}\\s+1\\s.*deployed\\s+shop-0\\.1\\.0\\s+1`, "m"),
    );
  });

  test("upgrade changes what is different", async () => {
    const command = `upgrade ${release} ${chart} --set replicas=2,greeting=bye --wait --timeout 20s`;
    expect(await helm(command)).toContain("REVISION: 2");
    expect(await state()).toEqual(["bye", "20/tomorrow", "2"]);
    expect(await kubectl(`get job ${release}-post-upgrade -o jsonpath={.status.succeeded}`)).toBe("1");
  });

  test("upgrade with invalid values fails, reports why, and is in the history", async () => {
    await expect(helm(`upgrade ${release} ${chart} --set replicas=10`)).rejects.toThrow(
      "spec.percent in body should be less than or equal to 99",
    );
    expect(await helm(`history ${release}`)).toMatch(/^3\s.*failed/m);
  });

  test("rollback restores the first revision", async () => {
    expect(await helm(`rollback ${release} 1 --wait --timeout 20s`)).toContain("Rollback was a success");
    expect(await state()).toEqual(["hello", "10/tomorrow", "1"]);
    expect(await helm(`status ${release}`)).toContain("REVISION: 4");
    expect(await helm(`get manifest ${release}`)).toContain("kind: Offer");
  });

  test("uninstall removes all objects of the release, but keeps the definitions", async () => {
    expect(await helm(`uninstall ${release} --wait --timeout 20s`)).toContain(`release "${release}" uninstalled`);
    const kinds = "offers,deployments,services,roles,rolebindings,configmaps,secrets";
    expect(await kubectl(`get ${kinds} -o name`)).toBe("configmap/kube-root-ca.crt\n");
    expect(await kubectl("get crd offers.shop.example.com -o name")).toMatch(/offers\.shop\.example\.com/);
  });
});
