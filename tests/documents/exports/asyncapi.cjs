// Reads an AsyncAPI document and prints {"valid": bool, "errors": [...], "operations": {id: action}}.
const { Parser } = require("@asyncapi/parser");

(async () => {
  const text = require("fs").readFileSync(0, "utf8");
  const { document, diagnostics } = await new Parser().parse(text);
  const errors = diagnostics.filter((found) => found.severity === 0).map((found) => `${found.path.join(".")}: ${found.message}`);
  const operations = document ? Object.fromEntries(document.operations().all().map((one) => [one.id(), one.action()])) : {};
  console.log(JSON.stringify({ valid: Boolean(document) && errors.length === 0, errors, operations }));
})();
