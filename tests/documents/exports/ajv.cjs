// Reads {"schemas": [...], "checks": [[schema id, instance], ...]} and prints, for each check, true or its errors.
const Ajv = require("ajv/dist/2020");
const addFormats = require("ajv-formats");

const { schemas, checks } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const ajv = new Ajv({ strict: true, strictRequired: true, allErrors: true, validateSchema: true });
addFormats(ajv);
schemas.forEach((schema) => ajv.addSchema(schema));
const results = checks.map(([id, instance]) => {
  const validate = ajv.getSchema(id);
  return validate(instance) || validate.errors.map((error) => `${error.instancePath} ${error.message}`);
});
console.log(JSON.stringify(results));
