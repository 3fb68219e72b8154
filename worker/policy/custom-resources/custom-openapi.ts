import { isMap, type Schema } from "../../../api/machinery/structural/json-walk.ts";

/** The schema as OpenAPI shows it: rules of x-kubernetes-validations stay, as Kubernetes publishes them. */
export const openApiOf = (schema: Schema): object => publishable(schema) as object;

function publishable(schema: Schema): unknown {
  const { properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(schema["x-kubernetes-int-or-string"] && schema.type === undefined ? { format: "int-or-string" } : {}),
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, publishable(each)])) }
      : {}),
    ...(isMap(items) ? { items: publishable(items as Schema) } : {}),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties: isMap(additionalProperties)
            ? publishable(additionalProperties as Schema)
            : additionalProperties,
        }),
  };
}
