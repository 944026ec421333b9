import { describe, expect, it } from "vitest";
import { inNetwork } from "./ip-network.ts";

describe("inNetwork", () => {
  it.each([
    ["10.0.0.0/8", "10.255.255.255"],
    ["10.0.0.0/31", "10.0.0.1"],
    ["0.0.0.0/0", "255.255.255.255"],
    ["10.1.2.3/8", "10.9.9.9"],
    ["::/0", "fe80::1"],
    ["2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:DB8::1", "2001:0db8:0:0:0:0:0:1"],
    ["1:2:3:4:5:6:7:8/128", "1:2:3:4:5:6:7:8"],
  ])("%s holds %s", (network, address) => {
    expect(inNetwork(network, address)).toBe(true);
  });

  it.each([
    ["10.0.0.0/8", "11.0.0.0"],
    ["10.0.0.0/31", "10.0.0.2"],
    ["::/0", "10.0.0.1"],
    ["2001:db8::/32", "2001:db9::"],
    ["10.0.0.0/8", "10.0.0"],
    ["10.0.0.0/8", "10.0.0.256"],
    ["::/0", "1:2:3:4:5:6:7"],
    ["::/0", "1::2::3"],
    ["::/0", "1:2:3:4:5:6:7:8::"],
    ["::/0", "g::"],
  ])("%s does not hold %s", (network, address) => {
    expect(inNetwork(network, address)).toBe(false);
  });

  it.each(["10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8/8", "10.0.0.0/-1", "10.0.0", "everywhere", ""])(
    "%j is no network",
    (network) => {
      expect(inNetwork(network, "10.0.0.1")).toBeUndefined();
    },
  );
});
