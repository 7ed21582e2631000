// The official verifier of pact-js against a broker: node verify.cjs URL PROVIDER VERSION EVENTS
// EVENTS: a JSON object of what is emitted for each event's name.
const { MessageProviderPact, providerWithMetadata } = require("@pact-foundation/pact");

const [url, provider, version, events] = process.argv.slice(2);
const messageProviders = Object.fromEntries(
  Object.entries(JSON.parse(events)).map(([name, content]) => [
    `a ${name} event`,
    providerWithMetadata(async () => content, { contentType: "application/json" }),
  ]),
);
new MessageProviderPact({
  provider,
  providerVersion: version,
  providerVersionBranch: "main",
  pactBrokerUrl: url,
  publishVerificationResult: true,
  enablePending: true,
  includeWipPactsSince: "2020-01-01",
  consumerVersionSelectors: [{ mainBranch: true }, { deployedOrReleased: true }],
  messageProviders,
  stateHandlers: {},
  logLevel: "error",
})
  .verify()
  .then(() => process.exit(0), (error) => { console.error(String(error)); process.exit(1); });
