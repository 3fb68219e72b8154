/** gRPC services from the text of their definition. */
import { type GrpcObject, loadPackageDefinition, type ServiceClientConstructor } from "@grpc/grpc-js";
import { fromJSON } from "@grpc/proto-loader";
import { parse } from "protobufjs";

/** By name, from the package declared in the text. Fields keep their names, and have their defaults. */
export function parseServices(proto: string): Readonly<Record<string, ServiceClientConstructor>> {
  const { root, package: name = "" } = parse(proto, { keepCase: true });
  const definition = fromJSON(root.toJSON({ keepComments: false }), {
    keepCase: true,
    longs: Number,
    enums: String,
    defaults: true,
  });
  const found = name.split(".").reduce((level, part) => level[part] as GrpcObject, loadPackageDefinition(definition));
  return found as Record<string, ServiceClientConstructor>;
}
