import {
  CoreV1Api,
  type Informer,
  KubeConfig,
  makeInformer,
  type ObjectCache,
  type V1ConfigMap,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster } from "../rig/cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(() => cluster.remove());

interface Seen {
  readonly informer: Informer<V1ConfigMap> & ObjectCache<V1ConfigMap>;
  readonly events: string[];
  readonly until: (event: string) => Promise<void>;
}

/** An informer that lists again when its watch breaks, as in the client's documentation. */
function inform(config: KubeConfig): Seen {
  const api = config.makeApiClient(CoreV1Api);
  const namespace = "default";
  const informer = makeInformer<V1ConfigMap>(config, `/api/v1/namespaces/${namespace}/configmaps`, () =>
    api.listNamespacedConfigMap({ namespace }),
  );
  const events: string[] = [];
  let received = () => {};
  const tell = (type: string) => (object: V1ConfigMap) => {
    events.push(`${type} ${object.metadata?.name} ${object.data?.n ?? ""}`.trim());
    received();
  };
  informer.on("add", tell("add"));
  informer.on("update", tell("update"));
  informer.on("delete", tell("delete"));
  informer.on("error", () => setTimeout(() => void informer.start().catch(() => {}), 100));
  const until = async (event: string) => {
    while (!events.includes(event)) {
      await new Promise<void>((resolve) => {
        received = resolve;
      });
    }
  };
  return { informer, events, until };
}

test("an informer of @kubernetes/client-node sees all changes across a restart of the control plane", async () => {
  const config = new KubeConfig();
  config.loadFromFile(`${cluster.directory}/kubeconfig`);
  const { informer, events, until } = inform(config);
  await cluster.output("create configmap before --from-literal=n=1");
  await informer.start();
  await until("add before 1");
  await cluster.output("create configmap live --from-literal=n=1");
  await until("add live 1");

  await cluster.crash();
  await cluster.up();
  await cluster.output("create configmap after --from-literal=n=1");
  await until("add after 1");
  await cluster.output(["patch", "configmap", "live", "--type=merge", "-p", '{"data":{"n":"2"}}']);
  await until("update live 2");
  await cluster.output("delete configmap before");
  await until("delete before 1");

  expect(informer.get("live", "default")?.data).toEqual({ n: "2" });
  expect(informer.get("before", "default")).toBeUndefined();
  expect(events.filter((event) => event === "add live 1")).toHaveLength(1);
  await informer.stop();
});
