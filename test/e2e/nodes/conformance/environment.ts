/** What a container is started with: its environment, its command, and fields of its pod. */
import { expect } from "vitest";
import type { Container, Pod } from "../../../../api/generated/core.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { conditionOf, isRunning, script } from "./test-namespace.ts";

const LIMITS = { requests: { cpu: "250m", memory: "32Mi" }, limits: { cpu: "1250m", memory: "64Mi" } };
const PREFIXES = ["", "p-", "123-", "$#@!", "a.b/c:"];

const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
const resource = (name: string, of: string) => ({ name, valueFrom: { resourceFieldRef: { resource: of } } });
const env = (container: Partial<Container>): Partial<Container> => ({ command: ["env"], ...container });
const linesOf = (text: string): string[] => text.trimEnd().split("\n");

export const environment: readonly Behaviour[] = [
  behaviour("ConfigMap, from environment field", async (ns) => {
    await ns.configMap("settings", { "data-1": "value-1" });
    const valueFrom = { configMapKeyRef: { name: "settings", key: "data-1" } };
    expect(await ns.output({ name: "p", containers: [env({ env: [{ name: "DATA", valueFrom }] })] })).toContain(
      "DATA=value-1\n",
    );
  }),
  behaviour("ConfigMap, from environment field with various prefixes", async (ns) => {
    await ns.configMap("settings", { "data-1": "value-1", "data-2": "value-2" });
    const envFrom = PREFIXES.map((prefix) => ({ prefix, configMapRef: { name: "settings" } }));
    const printed = linesOf(await ns.output({ name: "p", containers: [env({ envFrom })] }));
    for (const prefix of PREFIXES)
      expect(printed).toEqual(expect.arrayContaining([`${prefix}data-1=value-1`, `${prefix}data-2=value-2`]));
  }),
  behaviour("Secrets, pod environment field", async (ns) => {
    await ns.secret("keys", { "data-1": "value-1" });
    const valueFrom = { secretKeyRef: { name: "keys", key: "data-1" } };
    expect(await ns.output({ name: "p", containers: [env({ env: [{ name: "DATA", valueFrom }] })] })).toContain(
      "DATA=value-1\n",
    );
  }),
  behaviour("Secrets, pod environment from source", async (ns) => {
    await ns.secret("keys", { "data-1": "value-1" });
    const envFrom = PREFIXES.map((prefix) => ({ prefix, secretRef: { name: "keys" } }));
    const printed = linesOf(await ns.output({ name: "p", containers: [env({ envFrom })] }));
    for (const prefix of PREFIXES) expect(printed).toContain(`${prefix}data-1=value-1`);
  }),
  {
    names: [
      "DownwardAPI, environment for Pod UID",
      "DownwardAPI, environment for host ip",
      "DownwardAPI, environment for hostIPs",
    ],
    check: async (ns) => {
      const fields = {
        UID: "metadata.uid",
        HOST_IP: "status.hostIP",
        HOST_IPS: "status.hostIPs",
        POD_IP: "status.podIP",
      };
      const variables = Object.entries(fields).map(([name, path]) => field(name, path));
      const printed = linesOf(await ns.output({ name: "p", containers: [env({ env: variables, resources: LIMITS })] }));
      const { metadata, status } = await ns.get<Pod>("pods", "p");
      expect(printed).toEqual(
        expect.arrayContaining([
          `UID=${metadata.uid}`,
          `HOST_IP=${status.hostIP}`,
          `HOST_IPS=${status.hostIPs?.map(({ ip }) => ip).join(",")}`,
          `POD_IP=${status.podIP}`,
        ]),
      );
      expect(metadata.uid).toMatch(/^[a-z0-9]{8}(-[a-z0-9]{4}){3}-[a-z0-9]{12}$/);
      expect(status.hostIP).toMatch(/^\d+(\.\d+){3}$/);
    },
  },
  behaviour("DownwardAPI, environment for default CPU and memory limits and requests", async (ns) => {
    const variables = [resource("CPU", "limits.cpu"), resource("MEMORY", "limits.memory")];
    const printed = await ns.output({ name: "p", containers: [env({ env: variables })] });
    expect(printed).toMatch(/^CPU=[1-9]/m);
    expect(printed).toMatch(/^MEMORY=[1-9]/m);
  }),
  {
    names: ["Environment variables, expansion", "Environment variables, command expansion"],
    check: async (ns) => {
      const variables = [
        { name: "FOO", value: "foo-value" },
        { name: "BAR", value: "bar-value" },
        { name: "FOOBAR", value: "$(FOO);;$(BAR)" },
      ];
      const container = { command: ["/bin/sh", "-c", 'env; FOO=wrong echo "command: $(FOO)"'], env: variables };
      const printed = linesOf(await ns.output({ name: "p", containers: [container] }));
      expect(printed).toEqual(expect.arrayContaining(["FOOBAR=foo-value;;bar-value", "command: foo-value"]));
    },
  },
  {
    names: ["Containers, with arguments", "Containers, with command and arguments"],
    check: async (ns) => {
      const image = "localhost/greeter:1";
      const plans = {
        neither: {},
        arguments: { args: ["override", "arguments"] },
        command: { command: ["/bin/echo", "command"] },
        both: { command: ["/bin/echo", "command"], args: ["override", "arguments"] },
      };
      const said = Object.entries(plans).map(([name, words]) =>
        ns.output({ name, containers: [{ image, imagePullPolicy: "IfNotPresent", ...words }] }),
      );
      expect(await Promise.all(said)).toEqual([
        "greeter of the image\n",
        "greeter override arguments\n",
        "command\n",
        "command override arguments\n",
      ]);
    },
  },
  behaviour("Pods, service environment variables", async (ns) => {
    const service = await ns.create<{ metadata: object; spec: { clusterIP: string } }>("services", {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "fooservice" },
      spec: { selector: { app: "none" }, ports: [{ port: 8765, targetPort: 8080 }] },
    });
    const { clusterIP } = service.spec;
    expect(linesOf(await ns.output({ name: "p", containers: [env({})] }))).toEqual(
      expect.arrayContaining([
        `FOOSERVICE_SERVICE_HOST=${clusterIP}`,
        "FOOSERVICE_SERVICE_PORT=8765",
        `FOOSERVICE_PORT=tcp://${clusterIP}:8765`,
        "FOOSERVICE_PORT_8765_TCP_PORT=8765",
        "FOOSERVICE_PORT_8765_TCP_PROTO=tcp",
        `FOOSERVICE_PORT_8765_TCP=tcp://${clusterIP}:8765`,
        `FOOSERVICE_PORT_8765_TCP_ADDR=${clusterIP}`,
      ]),
    );
  }),
  behaviour("VolumeSubpathEnvExpansion, subpath expansion", async (ns) => {
    const volumeMounts = [
      { name: "work", mountPath: "/logs", subPathExpr: "$(POD_NAME)" },
      { name: "work", mountPath: "/all" },
    ];
    const container = { ...script("test -d /all/$POD_NAME && echo found"), env: [{ name: "POD_NAME", value: "p" }] };
    const plan = { name: "p", containers: [{ ...container, volumeMounts }], volumes: [{ name: "work", emptyDir: {} }] };
    expect(await ns.output(plan)).toBe("found\n");
  }),
  behaviour("VolumeSubpathEnvExpansion, subpath with backticks", async (ns) => {
    const container = {
      ...script("true"),
      env: [{ name: "POD_NAME", value: ".." }],
      volumeMounts: [{ name: "work", mountPath: "/logs", subPathExpr: "$(POD_NAME)" }],
    };
    await ns.createPod({ name: "p", containers: [container], volumes: [{ name: "work", emptyDir: {} }] });
    await ns.until(
      "pods",
      "p",
      ({ status }) => status.containerStatuses?.[0]?.state?.waiting?.reason === "CreateContainerConfigError",
    );
  }),
  behaviour("VolumeSubpathEnvExpansion, subpath ready from failed state", async (ns) => {
    const container = {
      ...script("sleep 1000"),
      env: [{ name: "POD_NAME", value: "p" }, field("ANNOTATION", "metadata.annotations['mysubpath']")],
      volumeMounts: [{ name: "work", mountPath: "/logs", subPathExpr: "$(ANNOTATION)/$(POD_NAME)" }],
    };
    const volumes = [{ name: "work", emptyDir: {} }];
    await ns.createPod({ name: "p", annotations: { other: "x" }, containers: [container], volumes });
    await ns.until(
      "pods",
      "p",
      ({ status }) => status.containerStatuses?.[0]?.state?.waiting?.reason === "CreateContainerConfigError",
    );
    await ns.update<Pod>("pods", "p", (pod) => ({
      ...pod,
      metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, mysubpath: "mypath" } },
    }));
    const pod = await ns.until("pods", "p", isRunning);
    expect(conditionOf(pod, "Initialized")?.status).toBe("True");
  }),
];
