// Reads messages as CloudEvents' JavaScript SDK does: JSON lines of {"headers", "body"} (base64) in, one line of JSON each
// out, the event or null where the SDK refuses it.
const { HTTP } = require(process.argv[2]);
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter(Boolean);
for (const line of lines) {
  const { headers, body } = JSON.parse(line);
  let read = null;
  try {
    const event = HTTP.toEvent({ headers, body: Buffer.from(body, "base64").toString("utf8") });
    const all = Array.isArray(event) ? event : [event];
    all.forEach((one) => one.validate());
    read = all.map((one) => one.id);
  } catch (error) { read = null; }
  console.log(JSON.stringify(read));
}
