// Compiles every published JSON Schema in ajv's strict mode, and reads the AsyncAPI document with its own parser.
import fs from "node:fs";
import path from "node:path";
import { Parser } from "@asyncapi/parser";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const root = process.argv[2];
const ajv = addFormats(new Ajv({ strict: true, allErrors: true }));
for (const folder of ["outward", "events"]) {
  for (const name of fs.readdirSync(path.join(root, "jsonschema", folder))) {
    ajv.compile(JSON.parse(fs.readFileSync(path.join(root, "jsonschema", folder, name), "utf8")));
  }
}
const source = path.join(root, "asyncapi.yaml");
const { document, diagnostics } = await new Parser().parse(fs.readFileSync(source, "utf8"), { source });
const errors = diagnostics.filter((one) => one.severity === 0);
if (document === undefined || errors.length > 0) {
  console.error(JSON.stringify(errors, null, 1));
  process.exit(1);
}
console.log("JSON Schema and AsyncAPI are valid");
