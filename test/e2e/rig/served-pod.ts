/** A pod that runs a small Node.js server of the test, and a Service in front of it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Cluster, freePort } from "./cluster.ts";

export interface ServedPod {
  readonly name: string;
  readonly namespace: string;
  /** The port that the process listens on: pods that are plain processes share the machine's. */
  readonly port: number;
}

export interface ServedPodOptions {
  readonly name: string;
  readonly namespace: string;
  /** An ES module that listens on `process.env.PORT`. */
  readonly program: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Resolves when the pod is ready and is an endpoint of the Service of its name. The Service's port is 443. */
export async function startServedPod(cluster: Cluster, options: ServedPodOptions): Promise<ServedPod> {
  const { name, namespace, program, environment = {} } = options;
  const port = await freePort();
  const file = join(cluster.directory, `${name}.mjs`);
  writeFileSync(file, program);
  const env = Object.entries({ ...environment, PORT: String(port) }).map(([key, value]) => ({ name: key, value }));
  const labels = { app: name };
  const container = {
    name: "server",
    image: "none",
    command: [process.execPath, file],
    env,
    ports: [{ name: "web", containerPort: port }],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
  };
  await cluster.output("apply -f -", {
    input: JSON.stringify({
      kind: "List",
      apiVersion: "v1",
      items: [
        { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels }, spec: { containers: [container] } },
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name, namespace },
          spec: { selector: labels, ports: [{ name: "web", port: 443, targetPort: "web" }] },
        },
      ],
    }),
  });
  await cluster.output(`-n ${namespace} wait --for=condition=Ready pod/${name} --timeout=30s`);
  await cluster.output(
    `-n ${namespace} wait --for=jsonpath={.endpoints[0].conditions.ready}=true endpointslice -l kubernetes.io/service-name=${name} --timeout=30s`,
  );
  return { name, namespace, port };
}
