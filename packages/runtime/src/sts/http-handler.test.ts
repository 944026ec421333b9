import { expect, it } from "vitest";
import { proxyFor } from "./http-handler.ts";

const PROXY = "http://proxy.corp:3128";

it.each<readonly [string, Record<string, string>, string]>([
  ["https://sts.eu-west-1.amazonaws.com/", { HTTPS_PROXY: PROXY }, PROXY],
  ["https://sts.eu-west-1.amazonaws.com/", { https_proxy: PROXY, HTTPS_PROXY: "http://other" }, PROXY],
  ["https://sts.eu-west-1.amazonaws.com/", { ALL_PROXY: PROXY }, PROXY],
  ["https://sts.eu-west-1.amazonaws.com/", { HTTP_PROXY: PROXY }, ""],
  ["http://localhost:4566/", { HTTP_PROXY: "proxy.corp:3128" }, PROXY],
  ["http://localhost:4566/", { HTTP_PROXY: PROXY, NO_PROXY: "localhost,127.0.0.1" }, ""],
  ["https://sts.amazonaws.com/", { HTTPS_PROXY: PROXY, NO_PROXY: "amazonaws.com" }, ""],
  ["https://sts.amazonaws.com/", { HTTPS_PROXY: PROXY, no_proxy: ".amazonaws.com" }, ""],
  ["https://sts.amazonaws.com/", { HTTPS_PROXY: PROXY, NO_PROXY: "*.amazonaws.com" }, ""],
  ["https://sts.amazonaws.com/", { HTTPS_PROXY: PROXY, NO_PROXY: "aws.com" }, PROXY],
  ["https://sts.amazonaws.com/", { HTTPS_PROXY: PROXY, NO_PROXY: "*" }, ""],
  ["http://10.0.0.7:8443/", { HTTP_PROXY: PROXY, NO_PROXY: "10.0.0.7:8443" }, ""],
  ["http://10.0.0.7:8443/", { HTTP_PROXY: PROXY, NO_PROXY: "10.0.0.7:80" }, PROXY],
  ["https://sts.amazonaws.com/", {}, ""],
])("the proxy of %s with %j is %j", (url, env, proxy) => {
  expect(proxyFor(new URL(url), env)).toBe(proxy);
});
