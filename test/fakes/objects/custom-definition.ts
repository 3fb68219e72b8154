/** Definitions of custom kinds of example.com. */
export interface Defined {
  readonly kind: string;
  readonly plural: string;
  readonly versions: readonly object[];
}

export const customDefinition = ({ kind, plural, versions }: Defined) => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.example.com` },
  spec: { group: "example.com", scope: "Namespaced", names: { plural, kind }, versions },
});

/** Its only version. */
export const onlyVersion = (schema: object, subresources: object = { status: {} }) => ({
  name: "v1",
  served: true,
  storage: true,
  schema,
  subresources,
});
