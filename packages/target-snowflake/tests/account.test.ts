import { describe, expect, it } from "vitest";
import { accountPlace } from "../src/account.ts";

const accounts: readonly (readonly [given: string, account: string, host: string])[] = [
  ["org-shop", "org-shop", "org-shop.snowflakecomputing.com"],
  ["ORG-SHOP", "ORG-SHOP", "org-shop.snowflakecomputing.com"],
  ["org-my_shop", "org-my_shop", "org-my-shop.snowflakecomputing.com"],
  ["org-shop.snowflakecomputing.com", "org-shop", "org-shop.snowflakecomputing.com"],
  ["https://org-shop.snowflakecomputing.com", "org-shop", "org-shop.snowflakecomputing.com"],
  ["https://org-shop.snowflakecomputing.com/", "org-shop", "org-shop.snowflakecomputing.com"],
  ["https://org-shop.snowflakecomputing.com:443/console?x=1", "org-shop", "org-shop.snowflakecomputing.com"],
  ["https://app.snowflake.com/org/shop/#/homepage", "org-shop", "org-shop.snowflakecomputing.com"],
  ["xy12345", "xy12345", "xy12345.snowflakecomputing.com"],
  ["xy12345.eu-central-1", "xy12345.eu-central-1", "xy12345.eu-central-1.snowflakecomputing.com"],
  [
    "xy12345.west-europe.azure",
    "xy12345.west-europe.azure",
    "xy12345.west-europe.azure.snowflakecomputing.com",
  ],
  [
    "xy12345.eu-central-1.privatelink",
    "xy12345.eu-central-1.privatelink",
    "xy12345.eu-central-1.privatelink.snowflakecomputing.com",
  ],
  ["xy12345.cn-northwest-1", "xy12345.cn-northwest-1", "xy12345.cn-northwest-1.snowflakecomputing.cn"],
  ["org-shop.snowflakecomputing.cn", "org-shop", "org-shop.snowflakecomputing.cn"],
  ["  org-shop  ", "org-shop", "org-shop.snowflakecomputing.com"],
];

describe("an account", () => {
  it.each(accounts)("%s is %s at %s", (given, account, host) => {
    expect(accountPlace({ account: given })).toEqual({ account, accessUrl: `https://${host}` });
  });

  it.each(["", "  ", "org shop", "org-shop;drop", "-shop", "org/shop", "ünïcode"])("%j is none", (given) => {
    expect(() => accountPlace({ account: given })).toThrow(
      `account ${JSON.stringify(given)} is none. Write it as org-account or locator.region, as Snowflake's account details show it.`,
    );
  });

  it.each([
    ["https://gateway.local:8443/path", "https://gateway.local:8443"],
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:8080/", "http://localhost:8080"],
  ])("may be reached by %s", (url, accessUrl) => {
    expect(accountPlace({ account: "org-shop", access_url: url })).toEqual({
      account: "org-shop",
      accessUrl,
    });
  });
});
