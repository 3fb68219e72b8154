/** Starter manifests, generated from a few answers. */
export interface Answers {
  readonly name: string;
  readonly image: string;
  readonly port: number;
  readonly replicas: number;
}

export type Question = keyof Answers;

export interface StartingPoint {
  readonly kind: string;
  readonly asks: readonly Question[];
  readonly object: (answers: Answers) => object;
}

const container = ({ name, image, port }: Answers) => ({ name, image, ports: [{ containerPort: port }] });

const workload = (kind: string, spec: (answers: Answers) => object, asks: readonly Question[]): StartingPoint => ({
  kind,
  asks,
  object: (answers) => ({
    apiVersion: "apps/v1",
    kind,
    metadata: { name: answers.name },
    spec: {
      ...spec(answers),
      selector: { matchLabels: { app: answers.name } },
      template: { metadata: { labels: { app: answers.name } }, spec: { containers: [container(answers)] } },
    },
  }),
});

/** Runs to completion. */
const task = ({ name, image }: Answers) => ({
  template: { spec: { restartPolicy: "Never", containers: [{ name, image }] } },
});

export const startingPoints: readonly StartingPoint[] = [
  workload("Deployment", ({ replicas }) => ({ replicas }), ["name", "image", "port", "replicas"]),
  workload("StatefulSet", ({ replicas, name }) => ({ replicas, serviceName: name }), [
    "name",
    "image",
    "port",
    "replicas",
  ]),
  workload("DaemonSet", () => ({}), ["name", "image", "port"]),
  {
    kind: "Job",
    asks: ["name", "image"],
    object: (answers) => ({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: answers.name },
      spec: task(answers),
    }),
  },
  {
    kind: "CronJob",
    asks: ["name", "image"],
    object: (answers) => ({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: answers.name },
      spec: { schedule: "0 * * * *", jobTemplate: { spec: task(answers) } },
    }),
  },
  {
    kind: "Service",
    asks: ["name", "port"],
    object: ({ name, port }) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: { selector: { app: name }, ports: [{ port, targetPort: port }] },
    }),
  },
  {
    kind: "Ingress",
    asks: ["name", "port"],
    object: ({ name, port }) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name },
      spec: {
        rules: [
          {
            host: `${name}.example.com`,
            http: {
              paths: [{ path: "/", pathType: "Prefix", backend: { service: { name, port: { number: port } } } }],
            },
          },
        ],
      },
    }),
  },
  {
    kind: "ConfigMap",
    asks: ["name"],
    object: ({ name }) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { key: "value" } }),
  },
  {
    kind: "Secret",
    asks: ["name"],
    object: ({ name }) => ({ apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: { key: "value" } }),
  },
  {
    kind: "Namespace",
    asks: ["name"],
    object: ({ name }) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
  },
];
