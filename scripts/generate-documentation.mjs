// Writes api/generated/documentation.json: the documentation of every built-in kind's fields, taken from the models of
// @kubernetes/client-node, and from kubernetes-models for what those lack: texts of fields that refer to other schemas,
// paragraphs, and the meaning of enum values. Not committed; empty without development dependencies. It becomes a file
// beside the dashboard's, read on demand.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseTypes, root, sources } from "./schema-table.mjs";

const models = `${root}node_modules/@kubernetes/client-node/dist/gen/models/`;
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const COMMENT = /\/\*\*\n\s*\* ((?:(?!\*\/)[\s\S])*?)\n\s*\*\/\n\s*(?:export declare class (\w+)|'([^']+)'\??:)/g;
// The generator of the models escapes quotes and joins lines. In some groups, paragraph breaks appear as two spaces;
// elsewhere two spaces are usually typos, except before words that always begin a paragraph.
const PARAGRAPHS = [
  "admissionregistration.v1",
  "apps.v1",
  "certificates.v1",
  "networking.v1",
  "resource.v1",
  "storage.v1",
];
/** A type in such a group whose two spaces are typos all the same. */
const TYPED = ["storage.v1.StorageClass"];
const restored = (text, source, name) =>
  (PARAGRAPHS.includes(source) && !TYPED.includes(`${source}.${name}`) ? text.replace(/ {2,}/g, "\n\n") : text)
    .replace(/\\(['"\\])/g, "$1")
    .replaceAll("*_/", "*/")
    .replaceAll("/_*", "/*")
    .replace(/\s+(Populated by the system\.)/g, "\n\n$1");

function documentationOf(source, name) {
  const [group, version] = source.name.split(".");
  const candidates = [`${capital(group)}${capital(version)}${name}`, `${capital(version)}${name}`];
  const model = candidates.find((candidate) => existsSync(`${models}${candidate}.d.ts`));
  if (!model) return undefined;
  const jsonNames = Object.fromEntries(
    [...readFileSync(`${models}${model}.js`, "utf8").matchAll(/"name": "([^"]+)",\s*"baseName": "([^"]+)"/g)].map(
      ([, property, json]) => [property, json],
    ),
  );
  const texts = {};
  for (const [, text, , property] of readFileSync(`${models}${model}.d.ts`, "utf8").matchAll(COMMENT)) {
    const field = property === undefined ? "" : (jsonNames[property] ?? property);
    // For a field of type IntOrString, the models show the type's own text.
    if (text.includes("IntOrString is a type that can hold")) continue;
    // Likewise for times.
    if (OF_A_TIME.test(text)) continue;
    texts[field] = restored(text.replace(/\n\s*\* ?/g, "\n").trim(), source.name, name);
  }
  return texts;
}

const OF_A_TIME = /^(Micro)?Time is (version|a wrapper) /;
/** Every kind has these two, with the same texts: the reader adds them. */
const isTypeMeta = (text) =>
  text.startsWith("APIVersion defines the versioned schema") ||
  text.startsWith("Kind is a string value representing the REST");

// Texts of interfaces, one per schema; a field is indented by four spaces.
const FIELD = /\n {4}\/\*\*\n((?: {5}\*.*\n)*?) {5}\*\/\n {4}"([^"]+)"\??:/g;
const STRUCT = /\/\*\*\n((?: \*.*\n)*?) \*\/\nexport interface /;
const VALUES = "\n\nPossible enum values:";

function interfaceOf({ group, version }, name) {
  const ofKinds = `kubernetes-models/${group === "" ? "" : `${group}/`}`;
  const directory = group === "meta" ? "@kubernetes-models/apimachinery/apis/meta/" : ofKinds;
  const file = `${root}node_modules/${directory}${version}/${name}.d.ts`;
  return existsSync(file) ? readFileSync(file, "utf8").split("\nexport declare class ")[0] : "";
}

const uncommented = (text) =>
  text
    .replace(/^ +\* ?/gm, "")
    .replaceAll("\\*", "*")
    .replaceAll("*_/", "*/")
    .replaceAll("/_*", "/*")
    .trim();

function textsOfInterface(declared) {
  const struct = STRUCT.exec(declared);
  const fields = [...declared.matchAll(FIELD)].map(([, text, field]) => [field, uncommented(text)]);
  return { ...(struct ? { "": uncommented(struct[1]) } : {}), ...Object.fromEntries(fields) };
}

/** One text's words with the other's paragraphs, if the words are the same, and with the meaning of its values. */
function merged(text, other) {
  if (text === undefined || other === undefined) return text ?? other;
  const [body, values] = other.split(VALUES);
  const words = (of) => of.replace(/\s+/g, " ");
  return `${words(text) === words(body) ? body : text}${values === undefined ? "" : VALUES + values}`;
}

// Texts of schemas that are no structs: what declares them, and how their text begins there.
const META = "@kubernetes-models/apimachinery/apis/meta/v1";
const EXTENSIONS = "kubernetes-models/apiextensions.k8s.io/v1";
const MODELS = "@kubernetes/client-node/dist/gen/models";
const SCALARS = {
  Time: `${META}/Time`,
  MicroTime: `${MODELS}/CoreV1EventSeries`,
  FieldsV1: `${META}/FieldsV1`,
  IntOrString: `${MODELS}/V1HTTPGetAction`,
  RawExtension: "@kubernetes-models/apimachinery/runtime/RawExtension",
  JSON: `${EXTENSIONS}/JSON`,
  JSONSchemaPropsOrArray: `${EXTENSIONS}/JSONSchemaPropsOrArray`,
  JSONSchemaPropsOrBool: `${EXTENSIONS}/JSONSchemaPropsOrBool`,
  JSONSchemaPropsOrStringArray: `${EXTENSIONS}/JSONSchemaPropsOrStringArray`,
};

function textOfScalar(name, declared) {
  const file = `${root}node_modules/${declared}.d.ts`;
  const comments = existsSync(file) ? readFileSync(file, "utf8").matchAll(/\/\*\*\n([\s\S]*?)\n *\*\//g) : [];
  return [...comments].map(([, text]) => uncommented(text)).find((text) => text.startsWith(`${name} `));
}

const documentation = {};
for (const [name, declared] of Object.entries(SCALARS)) {
  const text = textOfScalar(name, declared);
  if (text) documentation[name] = { "": text };
}
for (const source of sources) {
  const names = parseTypes(source).flatMap(({ name, kind }) => (kind ? [name, `${name}List`] : [name]));
  for (const name of names) {
    const local = name.slice(source.name.length + 1);
    const others = textsOfInterface(interfaceOf(source, local));
    const known = documentationOf(source, local) ?? {};
    const all = Object.keys({ ...others, ...known })
      .map((field) => [field, merged(known[field], others[field])])
      .filter(([, text]) => !isTypeMeta(text));
    if (all.length > 0) documentation[name] = Object.fromEntries(all);
  }
}
if (Object.keys(documentation).length === 0)
  console.log("no development packages: `kubectl explain` will name fields of this build, and not explain them");
const text = JSON.stringify(documentation);
mkdirSync(`${root}api/generated`, { recursive: true });
const file = `${root}api/generated/documentation.json`;
if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
