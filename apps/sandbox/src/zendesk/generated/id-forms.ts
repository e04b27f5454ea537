import { hashOf } from "../../seeded-random.ts";

/** How a row's number is spelled where the vendor's ids are no numbers. */
export interface IdForm {
  readonly show: (id: number) => string;
  /** The number of a spelling; undefined for what is none. */
  readonly read: (text: string) => number | undefined;
}

const base32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The number in its last twelve digits, after digits that look random. */
export const uuid: IdForm = {
  show(id) {
    const digits = (part: string): string => hashOf(0, part, id).toString(16).padStart(8, "0");
    const [head, tail] = [digits("head"), digits("tail")];
    const end = id.toString(16).padStart(12, "0");
    return `${head}-${tail.slice(0, 4)}-4${tail.slice(4, 7)}-a${head.slice(1, 4)}-${end}`;
  },
  read(text) {
    const match = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-([0-9a-f]{12})$/u.exec(text);
    return match === null ? undefined : Number.parseInt(match[1] ?? "", 16);
  },
};

/** The number in the last ten digits. */
export const ulid: IdForm = {
  show(id) {
    let [left, digits] = [id, ""];
    for (let place = 0; place < 10; place += 1) {
      digits = `${base32[left % 32] ?? "0"}${digits}`;
      left = Math.floor(left / 32);
    }
    const hash = hashOf(0, "ulid", id).toString(16).toUpperCase().padStart(8, "0");
    return `01J0000${hash.padEnd(9, "Z")}${digits}`;
  },
  read(text) {
    if (!/^[0-9A-HJKMNP-TV-Z]{26}$/u.test(text)) return undefined;
    return [...text.slice(-10)].reduce((number, digit) => number * 32 + base32.indexOf(digit), 0);
  },
};

/** The number itself, as a string. */
export const digits: IdForm = {
  show: String,
  read: (text) => (/^\d{1,15}$/u.test(text) ? Number(text) : undefined),
};
