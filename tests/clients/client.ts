// A client generated from the OpenAPI document files a complaint and is refused, once by a field and once by a rule.
import createClient from "openapi-fetch";
import type { paths } from "./openapi";

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

const client = createClient<paths>({ baseUrl: process.argv[2] });
const header = () => ({ "Idempotency-Key": crypto.randomUUID() });

const filed = await client.POST("/api/v1/complaints", { params: { header: header() }, body: { text: "Lampu padam" } });
must(filed.response.status === 201 && filed.data !== undefined, "a complaint is filed");
const code = filed.data!.tracking_code;

const wrong = await client.POST("/api/v1/complaints", { params: { header: header() }, body: { text: "" } });
must(wrong.response.status === 422 && wrong.error?.field === "text", "an empty text is refused by its field");

const early = await client.POST("/api/v1/complaints/{tracking_code}/confirmation", {
  params: { header: header(), path: { tracking_code: code } },
  body: {},
});
must(early.response.status === 409 && early.error?.code === "wrong-status", "nothing is confirmed before an answer");
console.log("TypeScript: 201, 422, 409");
