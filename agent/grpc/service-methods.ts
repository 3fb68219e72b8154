/** Encodes and decodes the messages of a service's methods, from the text of its proto definition. */
import { type Method, parse, type Service, type Type } from "protobufjs";

interface Codec {
  encode(message: object): Uint8Array;
  decode(bytes: Uint8Array): object;
}

export interface ServiceMethod {
  /** `/PACKAGE.SERVICE/METHOD` */
  readonly path: string;
  readonly request: Codec;
  readonly response: Codec;
}

/** Fields keep their names, and get their defaults. */
const READ = { longs: Number, enums: String, defaults: true };

const codecOf = (type: Type): Codec => ({
  encode: (message) => type.encode(type.fromObject(message)).finish(),
  decode: (bytes) => type.toObject(type.decode(bytes), READ),
});

/** Built on first use: of most methods a node calls few. */
function methodOf(service: Service, method: Method): ServiceMethod {
  method.resolve();
  const { resolvedRequestType: request, resolvedResponseType: answer } = method;
  if (request === null || answer === null) throw new Error(`${method.fullName} has no types`);
  return {
    path: `/${service.fullName.slice(1)}/${method.name}`,
    request: codecOf(request),
    response: codecOf(answer),
  };
}

export class ServiceMethods {
  readonly #services: readonly Service[];
  readonly #methods = new Map<string, ServiceMethod>();

  /** `services`: the services used of the package in the text. */
  constructor(proto: string, services: readonly string[]) {
    const { root, package: name = "" } = parse(proto, { keepCase: true });
    this.#services = services.map((service) => root.lookupService(`${name}.${service}`));
  }

  /** Fails if none of the services has the method. */
  get(name: string): ServiceMethod {
    const known = this.#methods.get(name);
    if (known !== undefined) return known;
    for (const service of this.#services) {
      const method = service.methods[name];
      if (method === undefined) continue;
      const made = methodOf(service, method);
      this.#methods.set(name, made);
      return made;
    }
    throw new Error(`no such call: ${name}`);
  }
}
