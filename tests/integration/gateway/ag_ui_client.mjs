// node ag_ui_client.mjs FOLDER URL THREAD RUN: follows a run with AG-UI's own client, which refuses events out of order.
// Prints each event, then {"state": ..., "result": ...}, one JSON object a line.
import { createRequire } from "node:module";

const [folder, url, threadId, runId] = process.argv.slice(2);
const { HttpAgent } = createRequire(`${folder}/package.json`)("@ag-ui/client");

const agent = new HttpAgent({ url, threadId });
const print = (value) => console.log(JSON.stringify(value));
try {
  const { result } = await agent.runAgent({ runId }, { onEvent: ({ event }) => print(event) });
  print({ state: agent.state, result });
} catch (error) {
  print({ failure: error.message });
  process.exitCode = 1;
}
